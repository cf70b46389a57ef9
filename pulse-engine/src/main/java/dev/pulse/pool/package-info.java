/**
 * Keyed worker pools: {@link dev.pulse.pool.PoolNode} runs jobs on whichever workers are alive, each key in one place, moved
 * when workers come and go. Go's {@code goa.design/pulse} has pools of the same purpose under the name {@code pool}; their
 * data is another, so that nodes of the two do not mix.
 *
 * <p>The record of a job in Redis is the truth, and lies in exactly one place: with the worker that owns it, or among those
 * that wait for a worker, or for a time. What stands in the inbox of a worker is a hint that something is to be looked at;
 * one that is lost, repeated or late changes nothing. Each hand-out of a job has a greater <em>token</em>, which every step
 * of its worker names: a worker that lost the job cannot change it any more. Owners give their jobs away themselves, after
 * they have stopped them; jobs are taken only from a worker whose lease has ended by the clock of Redis, and by then it has
 * stopped its handlers. Nobody leads: each repair is a small step that any node may do, twice, or leave half done. Whichever
 * step ends a job tells the client that dispatched it, so that who waits there hears of it at once.
 *
 * <p>States of a job:
 *
 * <pre>
 *   dispatched, a worker is there ──────────────► assigned ──started──► running
 *   dispatched, none is there ──► waiting ──place──► assigned             │
 *   enqueued with a delay ──► due                                         │
 *   assigned, running ──move, sweep──► assigned (new token), waiting ◄────┘
 *   assigned ──start failed again──► due ──time has come──► assigned, waiting
 *   assigned ──first start failed──► gone, outcome failed
 *   assigned, running ──stop──► gone;   waiting, due, dead ──stop──► gone
 *   dead ──too long, or too many──► gone
 *
 *   task: assigned ──begun, counted──► running ──done──► gone, outcome done with its result
 *   task: running ──failed, or to run again──► due;   running, assigned ──no attempt left──► dead ──retry──► due
 * </pre>
 *
 * <p>An attempt of a task is counted before its handler is called, once for a token: whatever becomes of the process, it was
 * one. It is taken back when the handler asks to run again, or was interrupted because its worker is closed.
 *
 * <p>Invariants, checked after every test of a pool: two handlers of one key overlap only if the process of the older one
 * was paused or cut off beyond its lease, and never with one token; nothing runs under a lease after its job has ended; a
 * token is given out only after what ran under the older one has stopped, or its lease has ended; a record lies in exactly
 * one place; an owner is alive or being swept; tokens only grow; the number of queued jobs is exact and never above the
 * limit; one dispatch id makes at most one job; an accepted job that has not ended has a record; an outcome that is settled
 * does not change, but that of a dead job which is tried anew; what runs of a task was counted, and it has counted no more than it
 * ran, nor more than it is allowed; after a shutdown nothing is left.
 *
 * <p>Tickers and schedules: all who listen to one know when it is due next, and in which order they have their turns then. Whoever
 * is first takes the due time off, or claims it, in one step in Redis that only one can do, and acts afterwards. A ticker's
 * firing is then this node's alone. A schedule's plan is written down before anything of it is done, and each job that it
 * starts or stops names the plan: what an older plan still has under way changes nothing any more.
 */
@NullMarked
package dev.pulse.pool;

import org.jspecify.annotations.NullMarked;
