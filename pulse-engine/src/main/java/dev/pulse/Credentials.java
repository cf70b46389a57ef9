package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * Who connects to Redis. Its text never shows the password.
 *
 * @param user a user of Redis' ACL; null for the default one
 * @param password not empty
 */
public record Credentials(@Nullable String user, String password) {
    /** Throws {@link IllegalArgumentException} when one of them is empty. */
    public Credentials {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("password is not empty");
        }
        if (user != null && user.isEmpty()) {
            throw new IllegalArgumentException("user is not empty; null stands for the default user");
        }
    }

    /** The default user with this password. */
    public static Credentials password(String password) {
        return new Credentials(null, password);
    }

    @Override
    public String toString() {
        return "Credentials[user=" + (user == null ? "default" : user) + "]";
    }
}
