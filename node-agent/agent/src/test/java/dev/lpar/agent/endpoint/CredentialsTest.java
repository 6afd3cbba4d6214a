package dev.lpar.agent.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  @ParameterizedTest
  @CsvSource({
    "Bearer abc.DEF-1_2~3+4/5==, abc.DEF-1_2~3+4/5==",
    "bearer abc, abc",
    "'BEARER   abc  ', abc"
  })
  void aTokenIsTaken(String header, String token) {
    assertEquals(new Credentials.Token(token), Credentials.parse(List.of(header)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "abc",
        "Basic YTpi",
        "Bearer a b",
        "Bearer a\"b",
        "Bearer =a"
      })
  void anythingElseIsNone(String header) {
    assertEquals(new Credentials.Malformed(), Credentials.parse(List.of(header)));
  }

  @Test
  void noneTwoAndTooLongOnesAreToldApart() {
    assertEquals(new Credentials.Missing(), Credentials.parse(null));
    assertEquals(new Credentials.Missing(), Credentials.parse(List.of()));
    assertEquals(
        new Credentials.Malformed(), Credentials.parse(List.of("Bearer abc", "Bearer def")));
    var longest = "Bearer " + "a".repeat(Credentials.LONGEST - 7);
    assertEquals(new Credentials.Token(longest.substring(7)), Credentials.parse(List.of(longest)));
    assertEquals(new Credentials.TooLong(), Credentials.parse(List.of(longest + "a")));
  }

  @Test
  void aTokenIsntPrinted() {
    assertFalse(Credentials.parse(List.of("Bearer abc")).toString().contains("abc"));
  }
}
