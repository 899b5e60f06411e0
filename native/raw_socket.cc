// SPDX-License-Identifier: Apache-2.0
#include "raw_socket.h"

#include <arpa/inet.h>
#include <linux/in6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace native
{
namespace
{

// Packets that wait for their neighbour count against the send buffer. It has room for some thousand packets, not a
// hundred.
constexpr int send_buffer_bytes = 4 << 20;

struct Destination {
	sockaddr_storage address;
	socklen_t size;
};

void check_length(const Argument &packet, size_t header, size_t given)
{
	if (header != given)
		packet.reject("has " + std::to_string(given) + " bytes, but its IP header says " +
			      std::to_string(header));
}

Destination destination_v4(const Argument &packet, const Bytes &bytes)
{
	iphdr header;
	if (bytes.size < sizeof(header))
		packet.reject("has " + std::to_string(bytes.size) + " bytes: less than an IPv4 header");
	memcpy(&header, bytes.data, sizeof(header));
	if (header.version != 4 || header.ihl < 5)
		packet.reject("is not an IPv4 packet");
	check_length(packet, ntohs(header.tot_len), bytes.size);
	if (size_t{header.ihl} * 4 > bytes.size)
		packet.reject("is shorter than its IPv4 header");
	Destination to = {};
	auto *address = reinterpret_cast<sockaddr_in *>(&to.address);
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = header.daddr;
	to.size = sizeof(*address);
	return to;
}

Destination destination_v6(const Argument &packet, const Bytes &bytes)
{
	ip6_hdr header;
	if (bytes.size < sizeof(header))
		packet.reject("has " + std::to_string(bytes.size) + " bytes: less than an IPv6 header");
	memcpy(&header, bytes.data, sizeof(header));
	if (header.ip6_vfc >> 4 != 6)
		packet.reject("is not an IPv6 packet");
	check_length(packet, sizeof(header) + ntohs(header.ip6_plen), bytes.size);
	Destination to = {};
	auto *address = reinterpret_cast<sockaddr_in6 *>(&to.address);
	address->sin6_family = AF_INET6;
	address->sin6_addr = header.ip6_dst;
	to.size = sizeof(*address);
	return to;
}

} // namespace

Napi::Function RawSocket::define(Napi::Env env)
{
	return DefineClass(env, "RawSocket",
			   {
			       InstanceMethod<&RawSocket::send>("send"),
			       InstanceMethod<&RawSocket::close>("close"),
			   });
}

Napi::Value RawSocket::open(const Napi::CallbackInfo &info)
{
	const Argument family(info, "openRawSocket", 0, "family");
	const uint32_t number = family.number();
	if (number != 4 && number != 6)
		family.reject("has to be 4 or 6, not " + std::to_string(number));
	const bool v4 = number == 4;
	Fd fd(socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW));
	if (!fd.open())
		fail(info.Env(), errno, "socket", "raw, IPv" + std::to_string(number));
	const int on = 1;
	if (setsockopt(fd.get(), v4 ? static_cast<int>(IPPROTO_IP) : static_cast<int>(IPPROTO_IPV6),
		       v4 ? IP_HDRINCL : IPV6_HDRINCL, &on, sizeof(on)))
		fail(info.Env(), errno, "setsockopt", v4 ? "IP_HDRINCL" : "IPV6_HDRINCL");
	if (setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &send_buffer_bytes, sizeof(send_buffer_bytes)))
		fail(info.Env(), errno, "setsockopt", "SO_SNDBUFFORCE");
	return construct(classes(info.Env()).raw_socket, RawSocketParts{std::move(fd), number});
}

RawSocket::RawSocket(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<RawSocket>(info), parts_(take_parts<RawSocketParts>(info))
{
}

void RawSocket::send(const Napi::CallbackInfo &info)
{
	const char *operation = "sendto";
	if (!parts_.fd.open())
		fail_closed(info.Env(), operation);
	const Argument packet(info, operation, 0, "packet");
	const Bytes bytes = packet.bytes();
	const Destination to = parts_.family == 4 ? destination_v4(packet, bytes) : destination_v6(packet, bytes);
	if (sendto(parts_.fd.get(), bytes.data, bytes.size, MSG_DONTWAIT,
		   reinterpret_cast<const sockaddr *>(&to.address), to.size) < 0)
		fail(info.Env(), errno, operation, std::to_string(bytes.size) + " bytes");
}

void RawSocket::close(const Napi::CallbackInfo &)
{
	parts_.fd.reset();
}

} // namespace native
