// SPDX-License-Identifier: Apache-2.0
#include "map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <vector>

#include "arguments.h"
#include "pins.h"

namespace native
{
namespace
{

constexpr napi_type_tag map_tag = {0x9d1c6f0e5a7b4c21, 0x8e3f2a6d7b904d15};
constexpr int kernel_enotsupp = 524;

bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

// The kernel pads each CPU's value to 8 bytes.
uint32_t lookup_size(const bpf_map_info &info)
{
	if (!is_per_cpu(info.type))
		return info.value_size;
	return (info.value_size + 7) / 8 * 8 * static_cast<uint32_t>(libbpf_num_possible_cpus());
}

} // namespace

Napi::Function Map::define(Napi::Env env)
{
	return DefineClass(env, "BpfMap",
			   {
			       InstanceAccessor<&Map::name>("name"),
			       InstanceAccessor<&Map::type>("type"),
			       InstanceAccessor<&Map::key_size>("keySize"),
			       InstanceAccessor<&Map::value_size>("valueSize"),
			       InstanceAccessor<&Map::max_entries>("maxEntries"),
			       InstanceMethod<&Map::lookup>("lookup"),
			       InstanceMethod<&Map::update>("update"),
			       InstanceMethod<&Map::remove>("delete"),
			       InstanceMethod<&Map::update_batch>("updateBatch"),
			       InstanceMethod<&Map::keys>("keys"),
			       InstanceMethod<&Map::share>("share"),
			       InstanceMethod<&Map::close>("close"),
			   });
}

Napi::Object Map::open(Napi::Env env, const std::string &name, int fd)
{
	bpf_map_info info = {};
	__u32 size = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		fail(env, errno, "bpf_obj_get_info_by_fd", "map " + name);
	Fd own = Fd::duplicate(fd);
	if (!own.open())
		fail(env, errno, "fcntl(F_DUPFD)", "map " + name);
	return construct(classes(env).map,
			 MapParts{name, std::move(own), info.type, info.key_size, lookup_size(info), info.max_entries});
}

Napi::Value Map::open_pinned(const Napi::CallbackInfo &info)
{
	const std::string path = Argument(info, "bpf_obj_get", 0, "path").text();
	const Fd fd = open_pin(info.Env(), path, "map");
	return open(info.Env(), path.substr(path.rfind('/') + 1), fd.get());
}

Map::Map(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Map>(info), parts_(take_parts<MapParts>(info))
{
	info.This().As<Napi::Object>().TypeTag(&map_tag);
}

const MapParts &Map::from(const Napi::Value &value, const char *operation)
{
	if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&map_tag))
		fail(value.Env(), EINVAL, operation, "map has to be a BpfMap");
	const Map *map = Unwrap(value.As<Napi::Object>());
	map->fd(value.Env(), operation);
	return map->parts_;
}

int Map::fd(Napi::Env env, const char *operation) const
{
	if (!parts_.fd.open())
		fail_closed(env, operation);
	return parts_.fd.get();
}

Napi::Value Map::name(const Napi::CallbackInfo &info)
{
	return Napi::String::New(info.Env(), parts_.name);
}

Napi::Value Map::type(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), parts_.type);
}

Napi::Value Map::key_size(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), parts_.key_size);
}

Napi::Value Map::value_size(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), parts_.value_size);
}

Napi::Value Map::max_entries(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), parts_.max_entries);
}

Napi::Value Map::lookup(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_map_lookup_elem";
	const int fd = this->fd(info.Env(), operation);
	const Bytes key = Argument(info, operation, 0, "key").bytes(parts_.key_size);
	Napi::Uint8Array value = Napi::Uint8Array::New(info.Env(), parts_.value_size);
	if (!bpf_map_lookup_elem(fd, key.data, value.Data()))
		return value;
	if (errno == ENOENT)
		return info.Env().Undefined();
	fail(info.Env(), errno, operation, parts_.name);
}

void Map::update(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_map_update_elem";
	const int fd = this->fd(info.Env(), operation);
	const Bytes key = Argument(info, operation, 0, "key").bytes(parts_.key_size);
	const Bytes value = Argument(info, operation, 1, "value").bytes(parts_.value_size);
	const uint32_t flags = Argument(info, operation, 2, "flags").number_or(BPF_ANY);
	if (bpf_map_update_elem(fd, key.data, value.data, flags))
		fail(info.Env(), errno, operation, parts_.name);
}

Napi::Value Map::remove(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_map_delete_elem";
	const int fd = this->fd(info.Env(), operation);
	const Bytes key = Argument(info, operation, 0, "key").bytes(parts_.key_size);
	const bool failed = bpf_map_delete_elem(fd, key.data);
	if (failed && errno != ENOENT)
		fail(info.Env(), errno, operation, parts_.name);
	return Napi::Boolean::New(info.Env(), !failed);
}

Napi::Value Map::update_batch(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_map_update_batch";
	const int fd = this->fd(info.Env(), operation);
	const uint32_t count = Argument(info, operation, 2, "count").number();
	const Bytes keys = Argument(info, operation, 0, "keys").bytes(size_t{count} * parts_.key_size);
	const Bytes values = Argument(info, operation, 1, "values").bytes(size_t{count} * parts_.value_size);
	if (count == 0)
		return Napi::Number::New(info.Env(), 0);
	uint32_t done = count;
	if (bpf_map_update_batch(fd, keys.data, values.data, &done, nullptr)) {
		// A kernel that fails before its loop does not change the count.
		if (done == count)
			done = 0;
		const bool cannot = errno == kernel_enotsupp || errno == ENOTSUP || errno == EINVAL;
		while (cannot && done < count &&
		       !bpf_map_update_elem(fd, keys.data + size_t{done} * parts_.key_size,
					    values.data + size_t{done} * parts_.value_size, BPF_ANY))
			done++;
	}
	return Napi::Number::New(info.Env(), done);
}

Napi::Value Map::keys(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_map_get_next_key";
	const int fd = this->fd(info.Env(), operation);
	const uint32_t limit = Argument(info, operation, 0, "limit").number();
	const Argument after(info, operation, 1, "after");
	const uint8_t *previous = after.given() ? after.bytes(parts_.key_size).data : nullptr;
	std::vector<uint8_t> keys, last, next(parts_.key_size);
	for (uint32_t i = 0; i < limit; i++) {
		if (bpf_map_get_next_key(fd, previous, next.data())) {
			if (errno == ENOENT)
				break;
			fail(info.Env(), errno, operation, parts_.name);
		}
		keys.insert(keys.end(), next.begin(), next.end());
		last = next;
		previous = last.data();
	}
	Napi::Uint8Array result = Napi::Uint8Array::New(info.Env(), keys.size());
	std::copy(keys.begin(), keys.end(), result.Data());
	return result;
}

Napi::Value Map::share(const Napi::CallbackInfo &info)
{
	const char *operation = "mmap";
	const int fd = this->fd(info.Env(), operation);
	const size_t bytes = (size_t{parts_.value_size} + 7) / 8 * 8 * parts_.max_entries;
	void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		fail(info.Env(), errno, operation, parts_.name);
	const auto unmap = [](napi_env, void *data, size_t *size) {
		munmap(data, *size);
		delete size;
	};
	return Napi::ArrayBuffer::New(info.Env(), memory, bytes, unmap, new size_t(bytes));
}

void Map::close(const Napi::CallbackInfo &)
{
	parts_.fd.reset();
}

} // namespace native
