// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <bpf/bpf.h>

#include <cerrno>

#include "arguments.h"
#include "link.h"
#include "test_run.h"

namespace native
{
namespace
{

constexpr napi_type_tag program_tag = {0x2b7e151628aed2a6, 0xabf7158809cf4f3c};

} // namespace

Napi::Function Program::define(Napi::Env env)
{
	return DefineClass(env, "BpfProgram",
			   {
			       InstanceAccessor<&Program::name>("name"),
			       InstanceAccessor<&Program::id>("id"),
			       InstanceAccessor<&Program::translated_bytes>("translatedBytes"),
			       InstanceMethod<&Program::attach_xdp>("attachXdp"),
			       InstanceMethod<&Program::test_run>("testRun"),
			       InstanceMethod<&Program::close>("close"),
			   });
}

Napi::Object Program::open(Napi::Env env, const std::string &name, int fd)
{
	bpf_prog_info info = {};
	__u32 size = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		fail(env, errno, "bpf_obj_get_info_by_fd", "program " + name);
	Fd own = Fd::duplicate(fd);
	if (!own.open())
		fail(env, errno, "fcntl(F_DUPFD)", "program " + name);
	return construct(classes(env).program, ProgramParts{name, std::move(own), info.id, info.xlated_prog_len});
}

Program::Program(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<Program>(info), parts_(take_parts<ProgramParts>(info))
{
	info.This().As<Napi::Object>().TypeTag(&program_tag);
}

const ProgramParts &Program::from(const Napi::Value &value, const char *operation)
{
	if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&program_tag))
		fail(value.Env(), EINVAL, operation, "program has to be a BpfProgram");
	const Program *program = Unwrap(value.As<Napi::Object>());
	program->fd(value.Env(), operation);
	return program->parts_;
}

int Program::fd(Napi::Env env, const char *operation) const
{
	if (!parts_.fd.open())
		fail_closed(env, operation);
	return parts_.fd.get();
}

Napi::Value Program::name(const Napi::CallbackInfo &info)
{
	return Napi::String::New(info.Env(), parts_.name);
}

Napi::Value Program::id(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), parts_.id);
}

Napi::Value Program::translated_bytes(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), parts_.translated_bytes);
}

Napi::Value Program::attach_xdp(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_link_create";
	const int fd = this->fd(info.Env(), operation);
	const uint32_t ifindex = Argument(info, operation, 0, "ifindex").number();
	const Argument mode(info, operation, 1, "mode");
	const std::string mode_name = mode.text();
	if (mode_name != "native" && mode_name != "generic")
		mode.reject("has to be 'native' or 'generic', not '" + mode_name + "'");
	const Argument pin(info, operation, 2, "pinPath");
	return Link::attach_xdp(info.Env(), fd, ifindex, mode_name == "native", pin.given() ? pin.text() : "");
}

Napi::Value Program::test_run(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_prog_test_run";
	const int fd = this->fd(info.Env(), operation);
	const Bytes packet = Argument(info, operation, 0, "packet").bytes();
	const Argument options(info, operation, 1, "options");
	return native::test_run(info.Env(), fd, packet,
				{
				    Argument(options, "ingressIfindex").number_or(0),
				    Argument(options, "repeat").number_or(1),
				    Argument(options, "live").flag(),
				    Argument(options, "linearBytes").number_or(static_cast<uint32_t>(packet.size)),
				});
}

void Program::close(const Napi::CallbackInfo &)
{
	parts_.fd.reset();
}

} // namespace native
