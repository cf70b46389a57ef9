package dev.pulse.pool.internal;

/** The pool is being shut down: it takes nothing new. Nothing was changed. */
record Closing()
        implements JobScripts.Admission,
                PlacementScripts.Batch,
                MemberScripts.Joined,
                MessageScripts.Sending,
                MessageScripts.Resent {}
