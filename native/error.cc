// SPDX-License-Identifier: Apache-2.0
#include "error.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <vector>

namespace native
{
namespace
{

thread_local LogCapture *current_capture = nullptr;

// The kernel's own "operation not supported". It reaches user space, although no header there defines it.
constexpr int kernel_enotsupp = 524;

int keep_log(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (!current_capture || level == LIBBPF_DEBUG)
		return 0;
	va_list again;
	va_copy(again, arguments);
	const int size = vsnprintf(nullptr, 0, format, arguments);
	if (size > 0) {
		std::vector<char> text(static_cast<size_t>(size) + 1);
		vsnprintf(text.data(), text.size(), format, again);
		current_capture->append(text.data(), static_cast<size_t>(size));
	}
	va_end(again);
	return 0;
}

std::string error_name(int error)
{
	if (error == kernel_enotsupp)
		return "ENOTSUPP";
	const char *name = strerrorname_np(error);
	return name ? name : "E" + std::to_string(error);
}

std::string error_text(int error)
{
	return error == kernel_enotsupp ? "Operation not supported by this kernel" : strerror(error);
}

} // namespace

LogCapture::LogCapture() : outer_(current_capture)
{
	current_capture = this;
}

LogCapture::~LogCapture()
{
	current_capture = outer_;
}

void capture_libbpf_log()
{
	libbpf_set_print(keep_log);
}

Napi::Error bpf_error(Napi::Env env, int error, const char *operation, const std::string &what, const std::string &log)
{
	std::string message = operation;
	if (!what.empty())
		message += ": " + what;
	message += ": " + error_text(error);
	Napi::Error result = Napi::Error::New(env, message);
	Napi::Object value = result.Value();
	value.Set("name", "BpfError");
	value.Set("code", error_name(error));
	value.Set("errno", error);
	value.Set("operation", operation);
	if (!log.empty())
		value.Set("log", log);
	return result;
}

void fail(Napi::Env env, int error, const char *operation, const std::string &what, const std::string &log)
{
	throw bpf_error(env, error, operation, what, log);
}

void fail_closed(Napi::Env env, const char *operation)
{
	fail(env, EBADF, operation, "used after close()");
}

} // namespace native
