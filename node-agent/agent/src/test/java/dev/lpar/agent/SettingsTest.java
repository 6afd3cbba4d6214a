package dev.lpar.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lpar.agent.endpoint.PemFolder;
import dev.lpar.agent.endpoint.SelfSigned;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void withoutAFolderTheCertificateIsTheAgentsOwn() {
    var https = Settings.from(Map.of("POD_IP", "10.1.2.3", "LPAR_TLS_DIR", "")).https();
    assertEquals(9751, https.port());
    assertInstanceOf(SelfSigned.class, https.certificates());
    assertInstanceOf(SelfSigned.class, Settings.from(Map.of()).https().certificates());
  }

  @Test
  void aFolderAndAPortAreTaken() {
    var https =
        Settings.from(Map.of("LPAR_TLS_DIR", "/run/secrets/lpar-tls", "LPAR_HTTPS_PORT", "443"))
            .https();
    assertEquals(443, https.port());
    assertInstanceOf(PemFolder.class, https.certificates());
  }

  @Test
  void anAddressThatIsNoneEndsTheAgent() {
    var environment = Map.of("POD_IP", "blade-1.example");
    assertThrows(IllegalArgumentException.class, () -> Settings.from(environment));
  }
}
