package dev.pulse;

import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** What the README shows of connecting to other than one plain Redis. */
final class ConnectingSnippets {
    private ConnectingSnippets() {}

    static Pulse withTls(String host, int port, SSLContext trusted, Supplier<String> vault) {
        // snippet: tls
        Pulse pulse = Pulse.builder()
                .uri("rediss://" + host + ":" + port)
                .sslContext(trusted) // else what the platform trusts
                .credentials(() -> new Credentials("orders", vault.get())) // asked at each new connection
                .connect();
        // end
        return pulse;
    }

    static Pulse overSentinels(String hosts, String master) {
        // snippet: sentinel
        // hosts: s1:26379,s2:26379,s3:26379
        Pulse pulse = Pulse.connect("redis-sentinel://" + hosts + "/0?master=" + master);
        // end
        return pulse;
    }

    static Pulse onCluster(String hosts) {
        // snippet: cluster
        // hosts: some nodes, r1:6379,r2:6379,r3:6379
        Pulse pulse = Pulse.connect("redis-cluster://" + hosts);
        // end
        return pulse;
    }
}
