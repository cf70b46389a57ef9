package dev.pulse.jmh;

/**
 * One benchmark, as JMH knows it.
 *
 * @param name its class and method
 * @param callers the value of that parameter, 0 where there is none
 */
record Case(String name, int callers) {
    static Case of(Class<?> type, String method) {
        return new Case(type.getName() + "." + method, 0);
    }

    Case callers(int number) {
        return new Case(name, number);
    }

    @Override
    public String toString() {
        String shortName = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
        return callers == 0 ? shortName : shortName + " callers=" + callers;
    }
}
