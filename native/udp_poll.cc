// SPDX-License-Identifier: Apache-2.0
#include "udp_poll.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace native
{
namespace
{

// Datagrams of one turn of the event loop, as in libuv. Then others have their turn. The rest is queued in the kernel.
constexpr unsigned int batch = 32;
// No datagram is longer.
constexpr size_t buffer_bytes = 65'536;

void write_header(const sockaddr_storage &from, size_t length, uint8_t *to)
{
	DatagramHeader header = {};
	if (from.ss_family == AF_INET) {
		const auto &v4 = reinterpret_cast<const sockaddr_in &>(from);
		memcpy(header.address, &v4.sin_addr, sizeof(v4.sin_addr));
		memcpy(header.port, &v4.sin_port, sizeof(header.port));
	} else {
		const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(from);
		memcpy(header.address, &v6.sin6_addr, sizeof(v6.sin6_addr));
		memcpy(header.port, &v6.sin6_port, sizeof(header.port));
	}
	header.length[0] = static_cast<uint8_t>(length >> 8);
	header.length[1] = static_cast<uint8_t>(length);
	memcpy(to, &header, sizeof(header));
}

} // namespace

UdpPoll::UdpPoll(Napi::Env env, Fd socket, Napi::Function on_datagrams)
    : LoopPoll(env, "xtrd:udp-socket", on_datagrams), socket_(std::move(socket)),
      buffers_(new uint8_t[batch * buffer_bytes])
{
}

std::shared_ptr<UdpPoll> UdpPoll::start(Napi::Env env, Fd socket, Napi::Function on_datagrams)
{
	const std::shared_ptr<UdpPoll> poll(new UdpPoll(env, std::move(socket), on_datagrams));
	poll->LoopPoll::start(poll, poll->fd());
	return poll;
}

void UdpPoll::readable()
{
	sockaddr_storage from[batch];
	iovec parts[batch];
	mmsghdr messages[batch] = {};
	for (unsigned int i = 0; i < batch; i++) {
		parts[i] = {buffers_.get() + i * buffer_bytes, buffer_bytes};
		messages[i].msg_hdr.msg_name = &from[i];
		messages[i].msg_hdr.msg_namelen = sizeof(from[i]);
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	// An error is about a datagram that was sent, or no datagram is there after all. Neither is reported.
	const int count = recvmmsg(fd(), messages, batch, MSG_DONTWAIT, nullptr);
	if (count <= 0)
		return;
	size_t bytes = 0;
	for (int i = 0; i < count; i++)
		bytes += sizeof(DatagramHeader) + messages[i].msg_len;
	void *data = nullptr;
	napi_value buffer = nullptr, datagrams = nullptr;
	if (napi_create_arraybuffer(env_, bytes, &data, &buffer) != napi_ok)
		return;
	auto *at = static_cast<uint8_t *>(data);
	for (int i = 0; i < count; i++) {
		write_header(from[i], messages[i].msg_len, at);
		memcpy(at + sizeof(DatagramHeader), parts[i].iov_base, messages[i].msg_len);
		at += sizeof(DatagramHeader) + messages[i].msg_len;
	}
	napi_create_typedarray(env_, napi_uint8_array, bytes, buffer, 0, &datagrams);
	call({datagrams});
}

void UdpPoll::release()
{
	socket_.reset();
}

} // namespace native
