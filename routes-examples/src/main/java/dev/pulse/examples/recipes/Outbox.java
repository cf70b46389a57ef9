package dev.pulse.examples.recipes;

// snippet: recipe
import org.apache.camel.builder.RouteBuilder;
import org.h2.jdbcx.JdbcConnectionPool;

public final class Outbox extends RouteBuilder {
    @Override
    public void configure() {
        String table = "create table if not exists outbox(nr identity, id uuid default random_uuid(), content varchar)";
        bindToRegistry("database", JdbcConnectionPool.create("jdbc:h2:mem:shop;INIT=" + table, "", "")); // yours

        // in the transaction that writes the order itself
        from("timer:orders?period=200")
                .setBody(simple("order ${exchangeId}"))
                .to("sql:insert into outbox(content) values (:#${body})");

        // a row goes when its event is added; one that comes again, after a fault, adds nothing
        from("sql:select id, content from outbox order by nr?delay=200&onConsume=delete from outbox where id = :#id")
                .setHeader("row", simple("${body[ID]}", String.class))
                .setBody(simple("${body[CONTENT]}"))
                .to("pulse-stream:orders?operation=addOnce&onceKey=RAW(${header.row})&onceWindow=7d");

        from("pulse-sink:orders/billing").to("log:charge");
    }
}
// end
