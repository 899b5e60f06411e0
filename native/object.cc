// SPDX-License-Identifier: Apache-2.0
#include "object.h"

#include <cerrno>

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
	const Argument pin_directory(options, "pinDirectory");

	LogCapture log;
	errno = 0;
	ObjectPointer object(bpf_object__open_file(path.c_str(), nullptr));
	if (!object)
		fail(env, errno, "bpf_object__open", path, log.text());
	set_max_entries(object.get(), Argument(options, "maxEntries"));
	if (pin_directory.given())
		use_pins(env, object.get(), pin_directory.text());
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
