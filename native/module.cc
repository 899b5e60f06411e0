// SPDX-License-Identifier: Apache-2.0
// The exports, as index.d.ts declares them.
#include <napi.h>

#include "error.h"
#include "handle.h"
#include "link.h"
#include "map.h"
#include "misc.h"
#include "object.h"
#include "program.h"
#include "raw_socket.h"
#include "ring_buffer.h"
#include "udp_socket.h"

namespace native
{
namespace
{

Napi::Object initialize(Napi::Env env, Napi::Object exports)
{
	capture_libbpf_log();
	auto *made = new Classes;
	made->object = Napi::Persistent(Object::define(env));
	made->map = Napi::Persistent(Map::define(env));
	made->program = Napi::Persistent(Program::define(env));
	made->link = Napi::Persistent(Link::define(env));
	made->ring_buffer = Napi::Persistent(RingBuffer::define(env));
	made->raw_socket = Napi::Persistent(RawSocket::define(env));
	made->udp_socket = Napi::Persistent(UdpSocket::define(env));
	env.SetInstanceData(made);

	exports.Set("loadObject", Napi::Function::New<Object::load>(env, "loadObject"));
	exports.Set("openPinnedMap", Napi::Function::New<Map::open_pinned>(env, "openPinnedMap"));
	exports.Set("openPinnedLink", Napi::Function::New<Link::open_pinned>(env, "openPinnedLink"));
	exports.Set("openRingBuffer", Napi::Function::New<RingBuffer::open>(env, "openRingBuffer"));
	exports.Set("openRawSocket", Napi::Function::New<RawSocket::open>(env, "openRawSocket"));
	exports.Set("openUdpSocket", Napi::Function::New<UdpSocket::open>(env, "openUdpSocket"));
	exports.Set("numPossibleCpus", Napi::Function::New<num_possible_cpus>(env, "numPossibleCpus"));
	exports.Set("acceptsProgramFlags", Napi::Function::New<accepts_program_flags>(env, "acceptsProgramFlags"));
	exports.Set("monotonicNs", Napi::Function::New<monotonic_ns>(env, "monotonicNs"));
	exports.Set("libbpfVersion", Napi::Function::New<libbpf_version>(env, "libbpfVersion"));
	return exports;
}

} // namespace
} // namespace native

using native::initialize;

NODE_API_MODULE(xtrd_native, initialize)
