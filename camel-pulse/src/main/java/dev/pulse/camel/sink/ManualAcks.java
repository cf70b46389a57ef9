package dev.pulse.camel.sink;

import java.time.Duration;
import java.util.List;

/** Several manual acks as one. */
record ManualAcks(List<ManualAck> acks) implements ManualAck {
    @Override
    public void ack() {
        acks.forEach(ManualAck::ack);
    }

    @Override
    public void nack() {
        acks.forEach(ManualAck::nack);
    }

    @Override
    public void nack(String cause) {
        acks.forEach(ack -> ack.nack(cause));
    }

    @Override
    public void nack(Duration delay) {
        acks.forEach(ack -> ack.nack(delay));
    }

    @Override
    public void deadLetter(String cause) {
        acks.forEach(ack -> ack.deadLetter(cause));
    }
}
