package dev.lpar.agent.endpoint;

import dev.lpar.agent.endpoint.ServerIdentity.UnusableException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A certificate of the agent's own, as the kubelet makes one for itself: it keeps who listens from
 * reading tokens, and proves nothing. Nothing of it outlives the agent. The JDK makes certificates
 * by its {@code keytool} alone, which is a process; that has a heap of its own and ends.
 */
public final class SelfSigned implements Certificates {
  /** Far more than it takes where processors are emulated. */
  private static final long LIMIT_SECONDS = 180;

  private static final String PASSWORD_VARIABLE = "STORE_PASSWORD";
  private static final int VALID_DAYS = 3650;

  private final @Nullable InetAddress address;
  private boolean made;

  /**
   * @param address of the pod, a name of the certificate beside {@code lpar-agent}; null if unknown
   */
  public SelfSigned(@Nullable InetAddress address) {
    this.address = address;
  }

  @Override
  public Optional<ServerIdentity> changed() throws UnusableException, InterruptedException {
    if (made) {
      return Optional.empty();
    }
    try {
      var folder = Files.createTempDirectory("lpar-tls");
      try {
        var identity = make(folder);
        made = true;
        return Optional.of(identity);
      } finally {
        for (var file : List.of(store(folder), log(folder), folder)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new UnusableException("can't make a certificate: " + e, e);
    }
  }

  private ServerIdentity make(Path folder)
      throws IOException, GeneralSecurityException, UnusableException, InterruptedException {
    var random = new byte[24];
    new SecureRandom().nextBytes(random);
    var password = HexFormat.of().formatHex(random);
    keytool(folder, password);
    var store = KeyStore.getInstance("PKCS12");
    try (var file = Files.newInputStream(store(folder))) {
      store.load(file, password.toCharArray());
    }
    return ServerIdentity.of(store, password.toCharArray());
  }

  private void keytool(Path folder, String password)
      throws IOException, UnusableException, InterruptedException {
    var log = log(folder).toFile();
    var builder =
        new ProcessBuilder(command(store(folder))).redirectErrorStream(true).redirectOutput(log);
    // A command line can be seen by other processes of the blade; an environment by root alone.
    builder.environment().clear();
    builder.environment().put(PASSWORD_VARIABLE, password);
    var process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new UnusableException("keytool hasn't ended after " + LIMIT_SECONDS + " s", null);
      }
      if (process.exitValue() != 0) {
        throw new UnusableException(
            "keytool ended with %d: %s"
                .formatted(process.exitValue(), Files.readString(log.toPath()).strip()),
            null);
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> command(Path store) {
    var names = "san=dns:lpar-agent" + (address == null ? "" : ",ip:" + address.getHostAddress());
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    for (var option :
        List.of(
            "-Xmx16m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData")) {
      command.add("-J" + option);
    }
    command.addAll(List.of("-genkeypair", "-alias", ServerIdentity.ALIAS));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-dname", "CN=lpar-agent", "-validity", "" + VALID_DAYS));
    command.addAll(List.of("-ext", names, "-ext", "eku=serverAuth"));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    command.addAll(List.of("-storepass:env", PASSWORD_VARIABLE));
    return command;
  }

  private static Path store(Path folder) {
    return folder.resolve("store.p12");
  }

  private static Path log(Path folder) {
    return folder.resolve("log");
  }

  @Override
  public boolean rotate() {
    return false;
  }
}
