// SPDX-License-Identifier: Apache-2.0
#include "udp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "arguments.h"

namespace native
{
namespace
{

struct Endpoint {
	sockaddr_storage address;
	socklen_t size;
};

Endpoint endpoint(const Argument &argument, const Bytes &bytes, const Argument &port)
{
	const uint32_t number = port.number();
	if (number > UINT16_MAX)
		port.reject("has to be at most 65535, not " + std::to_string(number));
	Endpoint made = {};
	if (bytes.size == sizeof(in_addr)) {
		auto *v4 = reinterpret_cast<sockaddr_in *>(&made.address);
		v4->sin_family = AF_INET;
		v4->sin_port = htons(static_cast<uint16_t>(number));
		memcpy(&v4->sin_addr, bytes.data, bytes.size);
		made.size = sizeof(*v4);
	} else if (bytes.size == sizeof(in6_addr)) {
		auto *v6 = reinterpret_cast<sockaddr_in6 *>(&made.address);
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(static_cast<uint16_t>(number));
		memcpy(&v6->sin6_addr, bytes.data, bytes.size);
		made.size = sizeof(*v6);
	} else {
		argument.reject("has to have 4 or 16 bytes, not " + std::to_string(bytes.size));
	}
	return made;
}

// With CAP_NET_ADMIN the requested size, else at most net.core.[rw]mem_max.
void set_buffer(int fd, int forced, int allowed, int bytes)
{
	if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, allowed, &bytes, sizeof(bytes));
}

} // namespace

Napi::Function UdpSocket::define(Napi::Env env)
{
	return DefineClass(env, "UdpSocket",
			   {
			       InstanceMethod<&UdpSocket::send>("send"),
			       InstanceMethod<&UdpSocket::receive_buffer_bytes>("receiveBufferBytes"),
			       InstanceMethod<&UdpSocket::close>("close"),
			   });
}

Napi::Value UdpSocket::open(const Napi::CallbackInfo &info)
{
	const char *operation = "openUdpSocket";
	const Argument address(info, operation, 0, "address");
	const Endpoint local = endpoint(address, address.bytes(), Argument(info, operation, 1, "port"));
	const uint32_t buffer_bytes = Argument(info, operation, 2, "bufferBytes").number();
	const Napi::Function on_datagrams = Argument(info, operation, 3, "onDatagrams").function();
	Fd fd(socket(local.address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (!fd.open())
		fail(info.Env(), errno, "socket");
	const int on = 1;
	if (local.address.ss_family == AF_INET6 && setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		fail(info.Env(), errno, "setsockopt", "IPV6_V6ONLY");
	set_buffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF, static_cast<int>(buffer_bytes));
	set_buffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF, static_cast<int>(buffer_bytes));
	if (bind(fd.get(), reinterpret_cast<const sockaddr *>(&local.address), local.size))
		fail(info.Env(), errno, "bind");
	return construct(classes(info.Env()).udp_socket, UdpPoll::start(info.Env(), std::move(fd), on_datagrams));
}

UdpSocket::UdpSocket(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<UdpSocket>(info), poll_(take_parts<std::shared_ptr<UdpPoll>>(info))
{
}

// Returns the errno and does not throw, since a failed send is nothing exceptional.
Napi::Value UdpSocket::send(const Napi::CallbackInfo &info)
{
	const char *operation = "sendto";
	if (!poll_)
		fail_closed(info.Env(), operation);
	const Bytes bytes = Argument(info, operation, 0, "datagram").bytes();
	const Argument address(info, operation, 1, "address");
	const Endpoint to = endpoint(address, address.bytes(), Argument(info, operation, 2, "port"));
	const ssize_t sent = sendto(poll_->fd(), bytes.data, bytes.size, MSG_DONTWAIT,
				    reinterpret_cast<const sockaddr *>(&to.address), to.size);
	return Napi::Number::New(info.Env(), sent < 0 ? errno : 0);
}

Napi::Value UdpSocket::receive_buffer_bytes(const Napi::CallbackInfo &info)
{
	int bytes = 0;
	socklen_t size = sizeof(bytes);
	if (!poll_)
		fail_closed(info.Env(), "getsockopt");
	if (getsockopt(poll_->fd(), SOL_SOCKET, SO_RCVBUF, &bytes, &size))
		fail(info.Env(), errno, "getsockopt", "SO_RCVBUF");
	return Napi::Number::New(info.Env(), bytes);
}

void UdpSocket::close(const Napi::CallbackInfo &)
{
	if (poll_)
		poll_->close();
	poll_.reset();
}

} // namespace native
