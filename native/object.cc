// SPDX-License-Identifier: Apache-2.0
#include "object.h"

#include <bpf/btf.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "arguments.h"
#include "map.h"
#include "pins.h"
#include "program.h"

namespace native
{
namespace
{

void set_max_entries(bpf_object *object, const Argument &overrides)
{
	if (!overrides.given())
		return;
	const Napi::Array names = overrides.object().GetPropertyNames();
	for (uint32_t i = 0; i < names.Length(); i++) {
		const std::string name = names.Get(i).ToString();
		bpf_map *map = bpf_object__find_map_by_name(object, name.c_str());
		if (!map)
			overrides.reject("names map " + name + ", which the object does not have");
		const Argument entries(overrides, name.c_str());
		if (const int error = bpf_map__set_max_entries(map, entries.number()))
			fail(names.Env(), -error, "bpf_map__set_max_entries", name);
	}
}

// Where a 32-bit variable is in .rodata, by the BTF of the object; -1: there is none of this name.
int64_t constant_at(const bpf_object *object, const std::string &name)
{
	const btf *types = bpf_object__btf(object);
	const int id = types ? btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC) : -ENOENT;
	if (id < 0)
		return -1;
	const btf_type *section = btf__type_by_id(types, id);
	const btf_var_secinfo *variables = btf_var_secinfos(section);
	for (int i = 0; i < btf_vlen(section); i++) {
		const btf_type *variable = btf__type_by_id(types, variables[i].type);
		if (name == btf__name_by_offset(types, variable->name_off) && variables[i].size == sizeof(uint32_t))
			return variables[i].offset;
	}
	return -1;
}

void set_constants(bpf_object *object, const Argument &constants)
{
	if (!constants.given())
		return;
	const Napi::Array names = constants.object().GetPropertyNames();
	for (uint32_t i = 0; i < names.Length(); i++) {
		const std::string name = names.Get(i).ToString();
		const int64_t at = constant_at(object, name);
		bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
		if (at < 0 || !map)
			constants.reject("names constant " + name + ", which the object does not have");
		const uint32_t value = Argument(constants, name.c_str()).number();
		size_t size = 0;
		const auto *initial = static_cast<const uint8_t *>(bpf_map__initial_value(map, &size));
		std::vector<uint8_t> bytes(initial, initial + size);
		std::memcpy(bytes.data() + at, &value, sizeof(value));
		if (const int error = bpf_map__set_initial_value(map, bytes.data(), size))
			fail(names.Env(), -error, "bpf_map__set_initial_value", name);
	}
}

void set_program_flags(Napi::Env env, bpf_object *object, const Argument &flags)
{
	bpf_program *program;
	bpf_object__for_each_program(program, object)
	{
		if (const int error = bpf_program__set_flags(program, flags.number_or(0)))
			fail(env, -error, "bpf_program__set_flags", bpf_program__name(program));
	}
}

} // namespace

Napi::Function Object::define(Napi::Env env)
{
	return DefineClass(env, "BpfObject",
			   {
			       InstanceAccessor<&Object::map_names>("mapNames"),
			       InstanceAccessor<&Object::program_names>("programNames"),
			       InstanceMethod<&Object::map>("map"),
			       InstanceMethod<&Object::program>("program"),
			       InstanceMethod<&Object::close>("close"),
			   });
}

Napi::Value Object::load(const Napi::CallbackInfo &info)
{
	const Napi::Env env = info.Env();
	const std::string path = Argument(info, "loadObject", 0, "path").text();
	const Argument options(info, "loadObject", 1, "options");

	LogCapture log;
	errno = 0;
	ObjectPointer object(bpf_object__open_file(path.c_str(), nullptr));
	if (!object)
		fail(env, errno, "bpf_object__open", path, log.text());
	set_max_entries(object.get(), Argument(options, "maxEntries"));
	set_constants(object.get(), Argument(options, "constants"));
	set_program_flags(env, object.get(), Argument(options, "programFlags"));
	use_pins(object.get(), Argument(options, "pinPaths"));
	if (const int error = bpf_object__load(object.get()))
		fail(env, -error, "bpf_object__load", path, log.text());
	return construct(classes(env).object, std::move(object));
}

Object::Object(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<Object>(info), object_(take_parts<ObjectPointer>(info))
{
}

bpf_object *Object::get(Napi::Env env, const char *operation) const
{
	if (!object_)
		fail_closed(env, operation);
	return object_.get();
}

Napi::Value Object::map_names(const Napi::CallbackInfo &info)
{
	Napi::Array names = Napi::Array::New(info.Env());
	bpf_map *map;
	bpf_object__for_each_map(map, get(info.Env(), "mapNames"))
	{
		if (!bpf_map__is_internal(map))
			names.Set(names.Length(), bpf_map__name(map));
	}
	return names;
}

Napi::Value Object::program_names(const Napi::CallbackInfo &info)
{
	Napi::Array names = Napi::Array::New(info.Env());
	bpf_program *program;
	bpf_object__for_each_program(program, get(info.Env(), "programNames"))
	{
		names.Set(names.Length(), bpf_program__name(program));
	}
	return names;
}

Napi::Value Object::map(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_object__find_map_by_name";
	const bpf_object *object = get(info.Env(), operation);
	const std::string name = Argument(info, operation, 0, "name").text();
	const bpf_map *map = bpf_object__find_map_by_name(object, name.c_str());
	if (!map)
		fail(info.Env(), ENOENT, operation, name);
	return Map::open(info.Env(), name, bpf_map__fd(map));
}

Napi::Value Object::program(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_object__find_program_by_name";
	const bpf_object *object = get(info.Env(), operation);
	const std::string name = Argument(info, operation, 0, "name").text();
	const bpf_program *program = bpf_object__find_program_by_name(object, name.c_str());
	if (!program)
		fail(info.Env(), ENOENT, operation, name);
	return Program::open(info.Env(), name, bpf_program__fd(program));
}

void Object::close(const Napi::CallbackInfo &)
{
	object_.reset();
}

} // namespace native
