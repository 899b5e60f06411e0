// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <cerrno>

#include "arguments.h"
#include "pins.h"
#include "program.h"

namespace native
{
namespace
{

bpf_link_info link_info(Napi::Env env, int fd)
{
	bpf_link_info info = {};
	__u32 size = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		fail(env, errno, "bpf_obj_get_info_by_fd", "link");
	return info;
}

} // namespace

Napi::Function Link::define(Napi::Env env)
{
	return DefineClass(env, "BpfLink",
			   {
			       InstanceAccessor<&Link::program_id>("programId"),
			       InstanceAccessor<&Link::ifindex>("ifindex"),
			       InstanceMethod<&Link::update>("update"),
			       InstanceMethod<&Link::destroy>("destroy"),
			       InstanceMethod<&Link::close>("close"),
			   });
}

Napi::Object Link::attach_xdp(Napi::Env env, int program_fd, uint32_t ifindex, bool native, const std::string &pin)
{
	// Without a mode the kernel falls back to generic XDP silently. So the mode is always set.
	LIBBPF_OPTS(bpf_link_create_opts, options);
	options.flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	Fd fd(bpf_link_create(program_fd, static_cast<int>(ifindex), BPF_XDP, &options));
	if (!fd.open())
		fail(env, errno, "bpf_link_create",
		     std::string(native ? "native" : "generic") + " XDP on ifindex " + std::to_string(ifindex));
	if (!pin.empty() && bpf_obj_pin(fd.get(), pin.c_str()))
		fail(env, errno, "bpf_obj_pin", pin);
	return construct(classes(env).link, LinkParts{std::move(fd), pin});
}

Napi::Value Link::open_pinned(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_obj_get";
	const std::string path = Argument(info, operation, 0, "path").text();
	Fd fd = open_pin(info.Env(), path, "link");
	return construct(classes(info.Env()).link, LinkParts{std::move(fd), path});
}

Link::Link(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Link>(info), parts_(take_parts<LinkParts>(info))
{
}

int Link::fd(Napi::Env env, const char *operation) const
{
	if (!parts_.fd.open())
		fail_closed(env, operation);
	return parts_.fd.get();
}

Napi::Value Link::program_id(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), link_info(info.Env(), fd(info.Env(), "link")).prog_id);
}

Napi::Value Link::ifindex(const Napi::CallbackInfo &info)
{
	const bpf_link_info link = link_info(info.Env(), fd(info.Env(), "link"));
	return Napi::Number::New(info.Env(), link.type == BPF_LINK_TYPE_XDP ? link.xdp.ifindex : 0);
}

void Link::update(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_link_update";
	const int fd = this->fd(info.Env(), operation);
	const ProgramParts &program = Program::from(info[0], operation);
	if (bpf_link_update(fd, program.fd.get(), nullptr))
		fail(info.Env(), errno, operation, "to program " + program.name);
}

void Link::destroy(const Napi::CallbackInfo &info)
{
	const int fd = this->fd(info.Env(), "bpf_link_detach");
	if (!parts_.pin.empty() && unlink(parts_.pin.c_str()) && errno != ENOENT)
		fail(info.Env(), errno, "unlink", parts_.pin);
	if (bpf_link_detach(fd))
		fail(info.Env(), errno, "bpf_link_detach", parts_.pin);
	parts_.fd.reset();
}

void Link::close(const Napi::CallbackInfo &)
{
	parts_.fd.reset();
}

} // namespace native
