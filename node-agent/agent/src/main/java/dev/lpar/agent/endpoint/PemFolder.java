package dev.lpar.agent.endpoint;

import dev.lpar.agent.endpoint.ServerIdentity.UnusableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code tls.crt} and {@code tls.key} of a folder, as a Secret of type {@code kubernetes.io/tls} is
 * mounted. They are read anew each time and compared: a Secret's volume changes by exchange of a
 * symbolic link. Two files that don't belong together are refused, be it that they were read while
 * it was exchanged: the next look finds both.
 */
public final class PemFolder implements Certificates {
  private final Path folder;
  private String given = "";

  public PemFolder(Path folder) {
    this.folder = folder;
  }

  @Override
  public Optional<ServerIdentity> changed() throws UnusableException {
    var certificates = read("tls.crt");
    var key = read("tls.key");
    if (given.equals(certificates + key)) {
      return Optional.empty();
    }
    var identity = PemIdentity.parse(certificates, key);
    given = certificates + key;
    return Optional.of(identity);
  }

  private String read(String name) throws UnusableException {
    var file = folder.resolve(name);
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UnusableException(
          "there is no " + file + ": the Secret that agent.tls.secretName names is missing", e);
    } catch (IOException e) {
      throw new UnusableException("can't read " + file + ": " + e, e);
    }
  }

  @Override
  public boolean rotate() {
    return true;
  }
}
