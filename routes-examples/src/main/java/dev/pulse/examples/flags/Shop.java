package dev.pulse.examples.flags;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Header;

/** What is sold, and for how much. Asking for a price is slow. */
public final class Shop {
    private static final List<String> PRODUCTS = List.of("apples", "bread", "cheese", "dates", "eggs");

    Shop() {}

    /** Somebody orders something. */
    public String order() {
        return PRODUCTS.get(ThreadLocalRandom.current().nextInt(PRODUCTS.size()));
    }

    /** Asks whoever sets the prices. */
    public String lookUp(@Header("product") String product) throws InterruptedException {
        Thread.sleep(20);
        return product.length() + ".50";
    }
}
