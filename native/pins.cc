// SPDX-License-Identifier: Apache-2.0
#include "pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

#include "handle.h"

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

} // namespace

void use_pins(Napi::Env env, bpf_object *object, const std::string &directory)
{
	bpf_map *map;
	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__is_internal(map)) // .rodata and similar maps belong to one program
			continue;
		const std::string path = directory + "/" + bpf_map__name(map);
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
