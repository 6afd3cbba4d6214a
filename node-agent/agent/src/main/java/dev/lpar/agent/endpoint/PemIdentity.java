package dev.lpar.agent.endpoint;

import dev.lpar.agent.endpoint.ServerIdentity.UnusableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Pattern;

/** A certificate and its key out of PEM (RFC 7468). */
final class PemIdentity {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

  /** PKCS#1 and SEC1, and what else is called a private key. */
  private static final Pattern OTHER_KEY = Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)");

  /** Of a key store that doesn't leave the memory. */
  private static final char[] PASSWORD = "memory".toCharArray();

  private PemIdentity() {}

  /**
   * @param certificates the server's own first, then those of its authorities
   * @param key RSA or EC, in PKCS#8
   */
  static ServerIdentity parse(String certificates, String key) throws UnusableException {
    var chain = chain(certificates);
    var secret = key(key, chain[0].getPublicKey());
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, PASSWORD);
      store.setKeyEntry(ServerIdentity.ALIAS, secret, PASSWORD, chain);
      return ServerIdentity.of(store, PASSWORD);
    } catch (GeneralSecurityException | IOException e) {
      throw new UnusableException("can't serve with tls.crt and tls.key: " + e.getMessage(), e);
    }
  }

  private static Certificate[] chain(String pem) throws UnusableException {
    try {
      var chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
              .toArray(Certificate[]::new);
      if (chain.length == 0) {
        throw new UnusableException("tls.crt has no certificate in PEM", null);
      }
      return chain;
    } catch (CertificateException e) {
      throw new UnusableException("tls.crt isn't certificates in PEM: " + e.getMessage(), e);
    }
  }

  private static PrivateKey key(String pem, PublicKey of) throws UnusableException {
    var block = KEY.matcher(pem);
    if (!block.find()) {
      throw new UnusableException(refusal(pem), null);
    }
    var algorithm = of.getAlgorithm();
    if (!algorithm.equals("RSA") && !algorithm.equals("EC")) {
      throw new UnusableException("tls.crt is for a key of " + algorithm + ", not RSA or EC", null);
    }
    try {
      var encoded = Base64.getMimeDecoder().decode(block.group(1));
      var key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (!belongTogether(key, of)) {
        throw new UnusableException("tls.key isn't the key of tls.crt", null);
      }
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Not what the parser says of it: that may quote the key.
      throw new UnusableException("tls.key isn't a key of " + algorithm + " in PKCS#8", null);
    }
  }

  private static String refusal(String pem) {
    var other = OTHER_KEY.matcher(pem);
    return other.find()
        ? ("tls.key is a \"%s\", but must be a \"PRIVATE KEY\" (PKCS#8). cert-manager makes it so by"
                + " spec.privateKey.encoding: PKCS8 of the Certificate; else: openssl pkcs8 -topk8"
                + " -nocrypt -in tls.key")
            .formatted(other.group(1))
        : "tls.key has no private key in PEM";
  }

  private static boolean belongTogether(PrivateKey key, PublicKey of)
      throws GeneralSecurityException {
    var signature =
        Signature.getInstance(
            of.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
    var text = "either".getBytes(StandardCharsets.US_ASCII);
    signature.initSign(key);
    signature.update(text);
    var signed = signature.sign();
    signature.initVerify(of);
    signature.update(text);
    return signature.verify(signed);
  }
}
