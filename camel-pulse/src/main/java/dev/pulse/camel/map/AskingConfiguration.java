package dev.pulse.camel.map;

import dev.pulse.camel.EventExpressions;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a producer: what it does, and with what. */
@UriParams
public class AskingConfiguration {
    @UriParam(
            label = "producer",
            defaultValue = "get",
            enums = "get,getFresh,set,setAndWait,setIfAbsent,inc,append,appendUnique,remove,testAndSet,testAndDelete,"
                    + "testAndReset,delete,reset,destroy,keys,size,snapshot",
            description =
                    "What to do: get, keys, size, snapshot (ask the local replica, not Redis), getFresh (ask Redis), set,"
                            + " setAndWait (until the local replica has it), setIfAbsent, inc (add amount), append, appendUnique,"
                            + " remove (items of a list), testAndSet, testAndDelete, testAndReset (if the value is testValue),"
                            + " delete, reset (delete all keys), destroy (the same, and tell everybody that it is for good)")
    private MapOperation operation = MapOperation.GET;

    @UriParam(
            label = "producer",
            javaType = "java.lang.Object",
            description =
                    "The key, in the simple language, such as ${header.user}, or a reference to an expression; not empty,"
                            + " and without an equals sign. Where it is missing, get, getFresh, inc and delete take the body")
    private @Nullable Object key;

    @UriParam(
            label = "producer",
            javaType = "java.lang.Object",
            description =
                    "The value to write, or the items to append or remove, in the simple language, or a reference to an"
                            + " expression. Default the body")
    private @Nullable Object value;

    @UriParam(
            label = "producer",
            javaType = "java.lang.Object",
            description =
                    "The value that the key is to have for testAndSet, testAndDelete and testAndReset, in the simple"
                            + " language, or a reference to an expression")
    private @Nullable Object testValue;

    @UriParam(label = "producer", defaultValue = "1", description = "How much inc adds; may be negative")
    private long amount = 1;

    @UriParam(
            label = "producer",
            description =
                    "The header for the answer; the body stays as it is then. Without it the answer to what asks is the body,"
                            + " and that to what writes is the body for who asked (InOut)")
    private @Nullable String resultHeader;

    /** Refuses expressions that are none. */
    void check(CamelContext context) {
        keyExpression(context);
        valueExpression(context);
        testValueExpression(context);
    }

    Optional<Expression> keyExpression(CamelContext context) {
        return expression(context, "key", key);
    }

    Optional<Expression> valueExpression(CamelContext context) {
        return expression(context, "value", value);
    }

    Optional<Expression> testValueExpression(CamelContext context) {
        return expression(context, "testValue", testValue);
    }

    private static Optional<Expression> expression(CamelContext context, String option, @Nullable Object given) {
        return Optional.ofNullable(given).map(each -> EventExpressions.expression(context, option, each));
    }

    public MapOperation getOperation() {
        return operation;
    }

    public void setOperation(MapOperation operation) {
        this.operation = operation;
    }

    public @Nullable Object getKey() {
        return key;
    }

    public void setKey(@Nullable Object key) {
        this.key = key;
    }

    public @Nullable Object getValue() {
        return value;
    }

    public void setValue(@Nullable Object value) {
        this.value = value;
    }

    public @Nullable Object getTestValue() {
        return testValue;
    }

    public void setTestValue(@Nullable Object testValue) {
        this.testValue = testValue;
    }

    public long getAmount() {
        return amount;
    }

    public void setAmount(long amount) {
        this.amount = amount;
    }

    public @Nullable String getResultHeader() {
        return resultHeader;
    }

    public void setResultHeader(@Nullable String resultHeader) {
        this.resultHeader = resultHeader;
    }
}
