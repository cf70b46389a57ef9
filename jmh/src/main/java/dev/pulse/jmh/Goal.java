package dev.pulse.jmh;

import java.util.Locale;

/** What a figure is to reach. */
sealed interface Goal {
    /** The figure beside the other. */
    double compare(double ours, double other);

    boolean holds(double compared);

    /** That it holds or not. */
    default String verdict(double compared) {
        return holds(compared) ? "holds" : "**missed**";
    }

    /** What it compared to, and what it is to be. */
    String written(double compared);

    /** At least so many times the other figure. */
    record AtLeastTimes(double factor) implements Goal {
        @Override
        public double compare(double ours, double other) {
            return ours / other;
        }

        @Override
        public boolean holds(double compared) {
            return compared >= factor;
        }

        @Override
        public String written(double compared) {
            return String.format(Locale.ROOT, "%.2f times | at least %s", compared, factor);
        }
    }

    /** At most so many times the other figure. */
    record AtMostTimes(double factor) implements Goal {
        @Override
        public double compare(double ours, double other) {
            return ours / other;
        }

        @Override
        public boolean holds(double compared) {
            return compared <= factor;
        }

        @Override
        public String written(double compared) {
            return String.format(Locale.ROOT, "%.2f times | at most %s", compared, factor);
        }
    }

    /** At most so much more than the other figure. */
    record AtMostMore(double difference) implements Goal {
        @Override
        public double compare(double ours, double other) {
            return ours - other;
        }

        @Override
        public boolean holds(double compared) {
            return compared <= difference;
        }

        @Override
        public String written(double compared) {
            return String.format(Locale.ROOT, "%+.0f | at most +%.0f", compared, difference);
        }
    }

    /** None: the figures are only compared. */
    sealed interface None extends Goal {
        @Override
        default boolean holds(double compared) {
            return true;
        }

        @Override
        default String verdict(double compared) {
            return "";
        }
    }

    /** How much more than the other figure it is. */
    record More() implements None {
        @Override
        public double compare(double ours, double other) {
            return ours - other;
        }

        @Override
        public String written(double compared) {
            return String.format(Locale.ROOT, "%+.0f | none", compared);
        }
    }

    /** How many times the other figure it is. */
    record Times() implements None {
        @Override
        public double compare(double ours, double other) {
            return ours / other;
        }

        @Override
        public String written(double compared) {
            return String.format(Locale.ROOT, "%.2f times | none", compared);
        }
    }

    /** At most so much, whatever others need. */
    record AtMost(double bound) implements Goal {
        @Override
        public double compare(double ours, double other) {
            return ours;
        }

        @Override
        public boolean holds(double compared) {
            return compared <= bound;
        }

        @Override
        public String written(double compared) {
            return String.format(Locale.ROOT, " | at most %,.0f", bound);
        }
    }
}
