// SPDX-License-Identifier: Apache-2.0
#include "pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace native
{
namespace
{

// The kernel adds this flag to every devmap. A libbpf before 1.7 takes that for a mismatch.
uint32_t comparable_flags(uint32_t type, uint32_t flags)
{
	const bool devmap = type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
	return devmap ? flags & ~static_cast<uint32_t>(BPF_F_RDONLY_PROG) : flags;
}

std::string difference(const char *what, uint64_t pinned, uint64_t needed)
{
	if (pinned == needed)
		return "";
	return std::string(" ") + what + " " + std::to_string(pinned) + " instead of " + std::to_string(needed) + ",";
}

std::string differences(const bpf_map_info &pinned, const bpf_map *map)
{
	std::string text =
	    difference("type", pinned.type, bpf_map__type(map)) +
	    difference("key size", pinned.key_size, bpf_map__key_size(map)) +
	    difference("value size", pinned.value_size, bpf_map__value_size(map)) +
	    difference("max_entries", pinned.max_entries, bpf_map__max_entries(map)) +
	    difference("flags", comparable_flags(pinned.type, pinned.map_flags), bpf_map__map_flags(map));
	if (!text.empty())
		text.pop_back();
	return text;
}

// libbpf's own reuse (a pin path that is set before loading) does not tell what differs, and fails for every devmap.
void reuse(Napi::Env env, bpf_map *map, const Fd &fd, const std::string &path)
{
	bpf_map_info info = {};
	__u32 size = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd.get(), &info, &size))
		fail(env, errno, "bpf_obj_get_info_by_fd", path);
	const std::string text = differences(info, map);
	if (!text.empty())
		fail(env, EEXIST, "bpf_map__reuse_fd", path + " is pinned with" + text);
	if (const int error = bpf_map__reuse_fd(map, fd.get()))
		fail(env, -error, "bpf_map__reuse_fd", path);
}

// BPF_OBJ_GET opens objects of every kind; the info of one kind must not be read as that of another.
bool is_kind(int fd, const std::string &kind)
{
	const std::string path = "/proc/self/fd/" + std::to_string(fd);
	char target[PATH_MAX];
	const ssize_t size = readlink(path.c_str(), target, sizeof(target) - 1);
	if (size < 0)
		return false;
	target[size] = '\0';
	return strstr(target, ("bpf_" + kind).c_str()) || strstr(target, ("bpf-" + kind).c_str());
}

} // namespace

Fd open_pin(Napi::Env env, const std::string &path, const std::string &kind)
{
	const char *operation = "bpf_obj_get";
	Fd fd(bpf_obj_get(path.c_str()));
	if (!fd.open())
		fail(env, errno, operation, path);
	if (!is_kind(fd.get(), kind))
		fail(env, EINVAL, operation, path + " is pinned, but not a " + kind);
	return fd;
}

void use_pins(bpf_object *object, const Argument &paths)
{
	if (!paths.given())
		return;
	const Napi::Array names = paths.object().GetPropertyNames();
	const Napi::Env env = names.Env();
	for (uint32_t i = 0; i < names.Length(); i++) {
		const std::string name = names.Get(i).ToString();
		bpf_map *map = bpf_object__find_map_by_name(object, name.c_str());
		if (!map)
			paths.reject("names map " + name + ", which the object does not have");
		const std::string path = Argument(paths, name.c_str()).text();
		const Fd fd(bpf_obj_get(path.c_str()));
		if (fd.open())
			reuse(env, map, fd, path);
		else if (errno != ENOENT)
			fail(env, errno, "bpf_obj_get", path);
		else if (const int error = bpf_map__set_pin_path(map, path.c_str()))
			fail(env, -error, "bpf_map__set_pin_path", path);
	}
}

} // namespace native
