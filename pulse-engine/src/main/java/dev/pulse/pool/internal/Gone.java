package dev.pulse.pool.internal;

/** There is no such incarnation of the pool any more: it ended, or Redis lost its state. Nothing was changed. */
record Gone()
        implements JobScripts.Admission,
                JobScripts.Known,
                JobScripts.Withdrawal,
                ReachScripts.Stop,
                ReachScripts.Note,
                PlacementScripts.Batch,
                MemberScripts.Joined,
                MemberScripts.Beat,
                MemberScripts.LeftRing,
                MemberScripts.Swept,
                OwnerScripts.Reassertion,
                MessageScripts.Sending,
                MessageScripts.Resent,
                MessageScripts.Forwarding,
                PoolScripts.Change {}
