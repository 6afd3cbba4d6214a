package dev.lpar.agent.endpoint;

import dev.lpar.agent.endpoint.ServerIdentity.UnusableException;
import java.util.Optional;

/** Where the certificate comes from. */
public sealed interface Certificates permits PemFolder, SelfSigned {
  /** The certificate, if it isn't the one that was given last. */
  Optional<ServerIdentity> changed() throws UnusableException, InterruptedException;

  /** Whether another may come after the first. */
  boolean rotate();
}
