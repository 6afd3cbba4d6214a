package dev.lpar.agent.endpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates made by keytool, as PEM files in a folder like a Secret's volume. */
final class CertificateFiles {
  private static final char[] PASSWORD = "password".toCharArray();

  record Pem(X509Certificate certificate, String certificates, String key) {}

  private CertificateFiles() {}

  /**
   * @param algorithm keytool's options for the key
   */
  static Pem make(Path folder, String name, String... algorithm)
      throws IOException, InterruptedException, GeneralSecurityException {
    var file = folder.resolve(name + ".p12");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD),
                "-keyalg"));
    command.addAll(List.of(algorithm));
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(said);
    }
    var store = KeyStore.getInstance("PKCS12");
    try (var stream = Files.newInputStream(file)) {
      store.load(stream, PASSWORD);
    }
    var certificate = (X509Certificate) store.getCertificate("a");
    return new Pem(
        certificate,
        pem("CERTIFICATE", certificate.getEncoded()),
        pem("PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded()));
  }

  private static String pem(String label, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), label);
  }

  /** Puts the files there as the kubelet does: into a new folder, to which {@code ..data} leads. */
  static void mount(Path volume, Pem pem) throws IOException {
    var content = Files.createTempDirectory(volume, "..content");
    Files.writeString(content.resolve("tls.crt"), pem.certificates());
    Files.writeString(content.resolve("tls.key"), pem.key());
    var next = Files.createSymbolicLink(volume.resolve("..data_tmp"), content.getFileName());
    Files.move(next, volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (var name : List.of("tls.crt", "tls.key")) {
      if (!Files.isSymbolicLink(volume.resolve(name))) {
        Files.createSymbolicLink(volume.resolve(name), Path.of("..data", name));
      }
    }
  }
}
