package dev.lpar.agent.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.endpoint.CertificateFiles.Pem;
import dev.lpar.agent.endpoint.ServerIdentity.UnusableException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatesTest {
  @TempDir static Path stores;
  @TempDir Path volume;

  private static Pem ec;
  private static Pem rsa;

  @BeforeAll
  static void make() throws Exception {
    ec = CertificateFiles.make(stores, "ec", "EC", "-groupname", "secp256r1");
    rsa = CertificateFiles.make(stores, "rsa", "RSA", "-keysize", "2048");
  }

  @Test
  void rsaAndEcAreTaken() throws Exception {
    for (var pem : List.of(ec, rsa)) {
      var key = "# a note\r\n" + pem.key().replace("\n", "\r\n");
      assertEquals(pem.certificate(), PemIdentity.parse(pem.certificates(), key).certificate());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RSA PRIVATE KEY       | tls.key is a "RSA PRIVATE KEY", but must be a "PRIVATE KEY" (PKCS#8)
          EC PRIVATE KEY        | openssl pkcs8 -topk8 -nocrypt -in tls.key
          ENCRYPTED PRIVATE KEY | cert-manager makes it so by spec.privateKey.encoding: PKCS8
          """)
  void aKeyOfAnotherFormIsRefusedWithWhatToDo(String label, String message) {
    var key = ec.key().replace("PRIVATE KEY", label);
    refused(
        message,
        ec.certificates(),
        "-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n" + key);
  }

  @Test
  void whatDoesntFitIsRefused() {
    refused("tls.key has no private key", ec.certificates(), "");
    refused("tls.crt has no certificate", "", ec.key());
    refused(
        "tls.crt isn't certificates",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ec.key());
    refused("chain is not valid", ec.certificates() + rsa.certificates(), ec.key());
    refused("tls.key isn't a key of RSA", rsa.certificates(), ec.key());
    refused("tls.key isn't the key of tls.crt", ec.certificates(), another());
  }

  private static String another() {
    try {
      return CertificateFiles.make(stores, "another", "EC", "-groupname", "secp256r1").key();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(String message, String certificates, String key) {
    var refusal = assertThrows(UnusableException.class, () -> PemIdentity.parse(certificates, key));
    assertTrue(refusal.getMessage().contains(message), refusal::getMessage);
  }

  @Test
  void aFolderIsReadAnewWhenItsFilesChange() throws Exception {
    var folder = new PemFolder(volume);
    var refusal = assertThrows(UnusableException.class, folder::changed);
    assertTrue(
        refusal.getMessage().contains("the Secret that agent.tls.secretName"), refusal::getMessage);
    CertificateFiles.mount(volume, ec);
    assertEquals(ec.certificate(), folder.changed().orElseThrow().certificate());
    assertTrue(folder.changed().isEmpty());
    CertificateFiles.mount(volume, rsa);
    assertEquals(rsa.certificate(), folder.changed().orElseThrow().certificate());
    CertificateFiles.mount(volume, new Pem(ec.certificate(), ec.certificates(), rsa.key()));
    assertThrows(UnusableException.class, folder::changed);
    CertificateFiles.mount(volume, rsa);
    assertTrue(folder.changed().isEmpty(), "it was given before");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.1.2.3", "fd00::1:2"})
  void withoutAFolderTheAgentMakesItsOwn(String ip) throws Exception {
    var before = leftOver();
    var address = InetAddress.ofLiteral(ip);
    var own = new SelfSigned(address);
    var certificate = own.changed().orElseThrow().certificate();
    assertEquals("CN=lpar-agent", certificate.getSubjectX500Principal().getName());
    assertEquals("EC", certificate.getPublicKey().getAlgorithm());
    var names = certificate.getSubjectAlternativeNames();
    assertEquals(2, names.size());
    assertTrue(names.contains(List.of(2, "lpar-agent")), names::toString);
    assertTrue(
        names.stream().anyMatch(name -> address.equals(literal(name.getLast()))), names::toString);
    var end = certificate.getNotAfter().toInstant();
    assertTrue(end.isAfter(Instant.now().plus(Duration.ofDays(3640))), end::toString);
    assertTrue(own.changed().isEmpty());
    assertFalse(own.rotate());
    assertEquals(before, leftOver());
  }

  private static InetAddress literal(Object name) {
    return name.equals("lpar-agent") ? null : InetAddress.ofLiteral((String) name);
  }

  private static long leftOver() throws Exception {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.getFileName().toString().startsWith("lpar-tls")).count();
    }
  }
}
