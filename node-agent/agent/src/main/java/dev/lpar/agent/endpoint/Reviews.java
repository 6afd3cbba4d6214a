package dev.lpar.agent.endpoint;

import java.util.Optional;

/** The cluster, asked who a caller is and what they may do. Each call ends within its time-out. */
public interface Reviews {
  /** Whose token this is, or nothing if it is nobody's. */
  Optional<Caller> authenticate(String token) throws UnavailableException;

  boolean allows(Caller caller, Access access) throws UnavailableException;

  /** The cluster can't be asked. The message never has anything of the token. */
  final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    public UnavailableException(String message) {
      super(message);
    }
  }
}
