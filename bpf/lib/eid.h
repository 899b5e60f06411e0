/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Keys of EIDs, and their longest match in the local EID database, within their instance. */
#ifndef XTR_LIB_EID_H
#define XTR_LIB_EID_H

#include "../maps.h"
#include "packet.h"

static __always_inline void eid_key_v4(struct xtr_eid_v4 *key, __u32 instance_id, const union xtr_address *eid)
{
	key->prefix_len = 32 + 32;
	key->instance_id = bpf_htonl(instance_id);
	__builtin_memcpy(key->address, eid, sizeof(key->address));
}

static __always_inline void eid_key_v6(struct xtr_eid_v6 *key, __u32 instance_id, const union xtr_address *eid)
{
	key->prefix_len = 32 + 128;
	key->instance_id = bpf_htonl(instance_id);
	__builtin_memcpy(key->address, eid, sizeof(key->address));
}

static __always_inline const struct xtr_local_eid *local_eid(const struct xtr_packet *packet,
							     const union xtr_address *eid)
{
	struct xtr_eid_v4 v4;
	struct xtr_eid_v6 v6;

	if (packet->ip.family == 4) {
		eid_key_v4(&v4, packet->instance_id, eid);
		return bpf_map_lookup_elem(&xtr_eid_db_v4, &v4);
	}
	eid_key_v6(&v6, packet->instance_id, eid);
	return bpf_map_lookup_elem(&xtr_eid_db_v6, &v6);
}

#endif
