package dev.pulse.jmh;

/**
 * One benchmark, as JMH knows it.
 *
 * @param name its class and method
 * @param callers the value of that parameter, 0 where there is none
 * @param once whether it runs in the first round only: it takes long, and others do not disturb what it measures
 */
record Case(String name, int callers, boolean once) {
    static Case of(Class<?> type, String method) {
        return new Case(type.getName() + "." + method, 0, false);
    }

    Case callers(int number) {
        return new Case(name, number, once);
    }

    Case onlyOnce() {
        return new Case(name, callers, true);
    }

    @Override
    public String toString() {
        String shortName = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
        return callers == 0 ? shortName : shortName + " callers=" + callers;
    }
}
