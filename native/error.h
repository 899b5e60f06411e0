// SPDX-License-Identifier: Apache-2.0
// BpfError, and what libbpf printed while one call ran.
#pragma once

#include <napi.h>

#include <string>

namespace native
{

// While an object of this class lives, it collects what libbpf prints on this thread, except debug messages. stderr
// gets nothing.
class LogCapture
{
      public:
	LogCapture();
	~LogCapture();
	LogCapture(const LogCapture &) = delete;
	LogCapture &operator=(const LogCapture &) = delete;
	const std::string &text() const
	{
		return text_;
	}
	void append(const char *text, size_t size)
	{
		text_.append(text, size);
	}

      private:
	std::string text_;
	LogCapture *outer_;
};

void capture_libbpf_log();

// Throws a BpfError: its message is "operation: what: reason".
[[noreturn]] void fail(Napi::Env env, int error, const char *operation, const std::string &what = "",
		       const std::string &log = "");
// Creates the BpfError without throwing it.
Napi::Error bpf_error(Napi::Env env, int error, const char *operation, const std::string &what, const std::string &log);
[[noreturn]] void fail_closed(Napi::Env env, const char *operation);

} // namespace native
