package dev.pulse.camel.map;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import dev.pulse.map.ReplicatedMap;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An aggregation repository in a map: what was aggregated outlives the process, and several processes can aggregate the same
 * groups when the aggregator has {@code optimisticLocking}. A group that is complete stays until its exchange is complete; what
 * fails is delivered again by the process that completed it, what that leaves behind when it dies or stops by another one.
 *
 * <p>All groups are in the memory of every process that has the repository. Bodies are text, bytes, numbers, booleans, and
 * lists and maps of such.
 */
@Configurer(metadataOnly = true)
@Metadata(
        label = "bean",
        description = "An aggregation repository in a Pulse map, recoverable and shared by all processes",
        annotations = {"interfaceName=org.apache.camel.spi.AggregationRepository"})
public class PulseAggregationRepository extends MapService
        implements RecoverableAggregationRepository, OptimisticLockingAggregationRepository {
    private static final Logger LOG = LoggerFactory.getLogger(PulseAggregationRepository.class);
    private static final String GROUP = "group:";
    /** Where an exchange carries the group that it was read from. */
    private static final String READ = "CamelPulseAggregationGroup";

    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);

    @Metadata(
            label = "advanced",
            defaultValue = "5000",
            description =
                    "How often, in milliseconds, it is looked for what failed and for what dead processes have left. Of"
                            + " a dead process that is delivered again after twice that time, or a little later")
    private long recoveryInterval = 5_000;

    @Metadata(label = "advanced", defaultValue = "true", description = "Whether it is looked for that")
    private boolean useRecovery = true;

    @Metadata(
            label = "advanced",
            description = "How often a group is delivered again at most, before it goes to deadLetterUri. Default any"
                    + " number of times; each process counts by itself")
    private int maximumRedeliveries;

    @Metadata(label = "advanced", description = "Where a group goes that failed maximumRedeliveries times")
    private @Nullable String deadLetterUri;

    private final StoredExchange stored = new StoredExchange(Set.of(READ));
    /** The correlation keys of what this process has completed and not confirmed, by exchange id. */
    private final Map<String, String> completed = new ConcurrentHashMap<>();
    /** The keys of groups that grow here, which the replica may not have yet. */
    private final Set<String> growing = ConcurrentHashMap.newKeySet();

    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    private volatile @Nullable GroupOwners owners;

    public PulseAggregationRepository() {}

    /** In this map. */
    public PulseAggregationRepository(String map) {
        setMap(map);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        Duration period = Duration.ofMillis(recoveryInterval / 2);
        owners = with(map -> new GroupOwners(map, period.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : period));
    }

    @Override
    protected void doStop() {
        GroupOwners closing = owners;
        owners = null;
        if (closing != null) {
            closing.close();
        }
        completed.clear();
        growing.clear();
        super.doStop();
    }

    private GroupOwners owners() {
        GroupOwners started = owners;
        if (started == null) {
            throw new IllegalStateException(this + " is not started");
        }
        return started;
    }

    private static String mapKeyOf(String key) {
        return GROUP + mapKey(key);
    }

    @Override
    public @Nullable Exchange get(CamelContext camelContext, String key) {
        StoredGroup group = read(key);
        if (group.growing() == null) {
            return null;
        }
        Exchange exchange = StoredExchange.of(camelContext, group.growing());
        exchange.setProperty(READ, group);
        return exchange;
    }

    private StoredGroup read(String key) {
        return StoredGroup.of(with(map -> map.getFresh(mapKeyOf(key))).orElse(null));
    }

    /** Without optimistic locking only this process aggregates, and knows what it replaces. */
    @Override
    public @Nullable Exchange add(CamelContext camelContext, String key, Exchange exchange) {
        StoredGroup before = exchange.getProperty(READ, StoredGroup.class);
        store(key, before != null ? before : read(key), exchange);
        return null;
    }

    @Override
    public @Nullable Exchange add(
            CamelContext camelContext, String key, @Nullable Exchange oldExchange, Exchange newExchange) {
        StoredGroup before = oldExchange == null ? null : oldExchange.getProperty(READ, StoredGroup.class);
        store(key, before != null ? before : new StoredGroup(null, read(key).completed()), newExchange);
        return oldExchange;
    }

    private void store(String key, StoredGroup before, Exchange exchange) {
        byte[] grown = stored.toBytes(exchange);
        StoredGroup after = change(key, before, group -> group.with(grown));
        exchange.setProperty(READ, after);
        growing.add(key);
    }

    @Override
    public void remove(CamelContext camelContext, String key, Exchange exchange) {
        StoredGroup before = exchange.getProperty(READ, StoredGroup.class);
        String id = exchange.getExchangeId();
        StoredGroup.Completed group = new StoredGroup.Completed(id, owners().self(), stored.toBytes(exchange));
        change(key, before != null ? before : read(key), each -> each.complete(group));
        exchange.removeProperty(READ);
        completed.put(id, key);
        growing.remove(key);
    }

    /**
     * Changes a group that grows as it did before, whatever has become of those that are complete.
     *
     * @return what it is then
     */
    private StoredGroup change(String key, StoredGroup before, UnaryOperator<StoredGroup> change) {
        return with(map -> {
            StoredGroup found = before;
            while (true) {
                StoredGroup after = change.apply(found);
                if (replace(map, mapKeyOf(key), found, after)) {
                    return after;
                }
                found = StoredGroup.of(map.getFresh(mapKeyOf(key)).orElse(null));
                if (!found.growsAs(before)) {
                    // another one was quicker
                    throw new OptimisticLockingException();
                }
            }
        });
    }

    /** Whether the one was there and now the other is. */
    private static boolean replace(ReplicatedMap<byte[]> map, String key, StoredGroup found, StoredGroup after)
            throws InterruptedException {
        try {
            if (found.isEmpty()) {
                return after.isEmpty() || map.setIfAbsent(key, after.toBytes());
            }
            return after.isEmpty()
                    ? map.testAndDelete(key, found.toBytes())
                    : map.testAndSet(key, found.toBytes(), after.toBytes());
        } catch (OutcomeUnknownException e) {
            // the reply was lost; if it was not done, it is tried again
            byte[] now = map.getFresh(key).orElse(null);
            return Arrays.equals(now, after.isEmpty() ? null : after.toBytes());
        }
    }

    @Override
    public void confirm(CamelContext camelContext, String exchangeId) {
        String key = completed.get(exchangeId);
        // what was complete with its first exchange was never stored
        if (key != null) {
            with(map -> {
                StoredGroup found;
                do {
                    found = StoredGroup.of(map.getFresh(mapKeyOf(key)).orElse(null));
                } while (found.find(exchangeId).isPresent()
                        && !replace(map, mapKeyOf(key), found, found.without(exchangeId)));
                return found;
            });
            completed.remove(exchangeId);
        }
    }

    /** Where Redis is away it is confirmed later. */
    @Override
    public boolean confirmWithResult(CamelContext camelContext, String exchangeId) {
        try {
            confirm(camelContext, exchangeId);
            return true;
        } catch (PulseException e) {
            LOG.debug("exchange={} state=not-confirmed", exchangeId, e);
            return false;
        }
    }

    @Override
    public Set<String> getKeys() {
        Set<String> keys = new LinkedHashSet<>(growing);
        with(this::groups).forEach((key, group) -> {
            if (group.growing() != null) {
                keys.add(key);
            }
        });
        return keys;
    }

    /** Those of the replica, by correlation key. One that cannot be read is no reason to do without the others. */
    private Map<String, StoredGroup> groups(ReplicatedMap<byte[]> map) {
        Map<String, StoredGroup> groups = new LinkedHashMap<>();
        map.snapshot().forEach((mapKey, value) -> {
            if (mapKey.startsWith(GROUP)) {
                String key = text(mapKey.substring(GROUP.length()));
                try {
                    groups.put(key, StoredGroup.of(value));
                } catch (RuntimeCamelException e) {
                    if (unreadable.add(key)) {
                        LOG.warn("map={} group={} state=unreadable cause=\"{}\"", map.name(), key, e.getMessage());
                    }
                }
            }
        });
        return groups;
    }

    /** What this process has completed, and what it takes over from those that are dead. */
    @Override
    public Set<String> scan(CamelContext camelContext) {
        try {
            return with(this::takeOver);
        } catch (PulseException e) {
            // the next look finds it
            LOG.debug("state=not-scanned", e);
            return Set.of();
        }
    }

    private Set<String> takeOver(ReplicatedMap<byte[]> map) throws InterruptedException {
        Set<String> busy = new HashSet<>();
        for (Map.Entry<String, StoredGroup> group : groups(map).entrySet()) {
            for (StoredGroup.Completed each : group.getValue().completed()) {
                busy.add(each.owner());
                if (owners().isDead(each.owner()) && takesOver(map, mapKeyOf(group.getKey()), each)) {
                    LOG.info("map={} group={} owner={} state=taken-over", map.name(), group.getKey(), each.owner());
                    completed.put(each.id(), group.getKey());
                }
            }
        }
        owners().sweep(busy);
        return Set.copyOf(completed.keySet());
    }

    /** Whether it has this now from an owner that is dead. */
    private boolean takesOver(ReplicatedMap<byte[]> map, String key, StoredGroup.Completed wanted)
            throws InterruptedException {
        while (true) {
            StoredGroup found = StoredGroup.of(map.getFresh(key).orElse(null));
            Optional<StoredGroup.Completed> still = found.find(wanted.id());
            if (still.isEmpty() || !still.get().owner().equals(wanted.owner())) {
                return false;
            }
            if (replace(map, key, found, found.ownedBy(owners().self(), wanted.id()))) {
                return true;
            }
        }
    }

    @Override
    public @Nullable Exchange recover(CamelContext camelContext, String exchangeId) {
        String key = completed.get(exchangeId);
        return key == null
                ? null
                : read(key)
                        .find(exchangeId)
                        .map(group -> recovered(camelContext, key, group))
                        .orElse(null);
    }

    /** A strategy that gave back another exchange has left this one without what Camel's recovery cannot do without. */
    private static Exchange recovered(CamelContext camelContext, String key, StoredGroup.Completed group) {
        Exchange exchange = StoredExchange.of(camelContext, group.exchange());
        if (exchange.getProperty(Exchange.AGGREGATED_COMPLETED_BY) == null) {
            exchange.setProperty(Exchange.AGGREGATED_COMPLETED_BY, "strategy");
        }
        exchange.setProperty(Exchange.AGGREGATED_CORRELATION_KEY, key);
        return exchange;
    }

    @Override
    public void setRecoveryInterval(long interval, TimeUnit timeUnit) {
        recoveryInterval = timeUnit.toMillis(interval);
    }

    @Override
    public void setRecoveryInterval(long interval) {
        recoveryInterval = interval;
    }

    @Override
    public long getRecoveryInterval() {
        return recoveryInterval;
    }

    @Override
    public void setUseRecovery(boolean useRecovery) {
        this.useRecovery = useRecovery;
    }

    @Override
    public boolean isUseRecovery() {
        return useRecovery;
    }

    @Override
    public void setDeadLetterUri(@Nullable String deadLetterUri) {
        this.deadLetterUri = deadLetterUri;
    }

    @Override
    public @Nullable String getDeadLetterUri() {
        return deadLetterUri;
    }

    @Override
    public void setMaximumRedeliveries(int maximumRedeliveries) {
        this.maximumRedeliveries = maximumRedeliveries;
    }

    @Override
    public int getMaximumRedeliveries() {
        return maximumRedeliveries;
    }
}
