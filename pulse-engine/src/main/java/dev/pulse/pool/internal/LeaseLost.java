package dev.pulse.pool.internal;

/** The worker has no lease, or had one and lost it. Nothing was changed. */
record LeaseLost() implements MemberScripts.Joined, MemberScripts.LeftRing, OwnerScripts.Reassertion {}
