// SPDX-License-Identifier: Apache-2.0
// Base of all handles: a file descriptor that is closed exactly once, and classes that only this addon can instantiate.
#pragma once

#include <fcntl.h>
#include <napi.h>
#include <unistd.h>

#include <utility>

#include "error.h"

namespace native
{

class Fd
{
      public:
	explicit Fd(int fd = -1) : fd_(fd)
	{
	}
	Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1))
	{
	}
	Fd &operator=(Fd &&other) noexcept
	{
		std::swap(fd_, other.fd_);
		return *this;
	}
	~Fd()
	{
		reset();
	}
	// A second descriptor of the same kernel object. If that fails, it is not open, and errno is set.
	static Fd duplicate(int fd)
	{
		return Fd(fcntl(fd, F_DUPFD_CLOEXEC, 3));
	}
	void reset()
	{
		const int fd = std::exchange(fd_, -1);
		if (fd >= 0)
			::close(fd);
	}
	bool open() const
	{
		return fd_ >= 0;
	}
	int get() const
	{
		return fd_;
	}

      private:
	int fd_;
};

// The classes of one JavaScript environment.
struct Classes {
	Napi::FunctionReference object, map, program, link, ring_buffer, raw_socket, udp_socket;
};

inline Classes &classes(Napi::Env env)
{
	return *env.GetInstanceData<Classes>();
}

// Creates an object of one of our classes. Its constructor moves from `parts`.
template <typename Parts> Napi::Object construct(Napi::FunctionReference &made_by, Parts parts)
{
	return made_by.New({Napi::External<Parts>::New(made_by.Env(), &parts)});
}

// Called by the constructor. JavaScript can reach the constructors through an object, but cannot create their External.
template <typename Parts> Parts take_parts(const Napi::CallbackInfo &info)
{
	if (info.Length() != 1 || !info[0].IsExternal())
		fail(info.Env(), EINVAL, "constructor", "objects of this class come from the functions of the addon");
	return std::move(*info[0].As<Napi::External<Parts>>().Data());
}

} // namespace native
