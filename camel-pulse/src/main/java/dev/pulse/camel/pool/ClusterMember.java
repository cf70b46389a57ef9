package dev.pulse.camel.pool;

import org.apache.camel.cluster.CamelClusterMember;

/** A member as it stood when it was last looked for. */
record ClusterMember(String id, boolean isLeader, boolean isLocal) implements CamelClusterMember {
    @Override
    public String getId() {
        return id;
    }
}
