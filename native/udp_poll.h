// SPDX-License-Identifier: Apache-2.0
// Polls a UDP socket on the event loop: many datagrams with one system call and one call of JavaScript.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>

#include "handle.h"
#include "loop_poll.h"

namespace native
{

// Precedes each datagram of a batch, see index.d.ts.
struct DatagramHeader {
	uint8_t address[16];
	uint8_t port[2];
	uint8_t length[2];
};

class UdpPoll : public LoopPoll
{
      public:
	// Starts polling, until close() or the end of the environment. Throws a BpfError.
	static std::shared_ptr<UdpPoll> start(Napi::Env env, Fd socket, Napi::Function on_datagrams);
	int fd() const
	{
		return socket_.get();
	}

      private:
	UdpPoll(Napi::Env env, Fd socket, Napi::Function on_datagrams);
	void readable() override;
	void release() override;

	Fd socket_;
	// Not initialised, so that pages that no datagram reaches are never allocated.
	std::unique_ptr<uint8_t[]> buffers_;
};

} // namespace native
