package dev.lpar.agent.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.endpoint.Access.NonResource;
import dev.lpar.agent.endpoint.Access.Resource;
import dev.lpar.agent.host.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  private static final Access METRICS = new NonResource("/metrics", "get");
  private static final Access TRACE =
      new Resource("lpar.dev", "exittraces", "records", "get", "shop", "trace-1");

  private final FakeReviews reviews = new FakeReviews();
  private final FakeClock clock = new FakeClock();
  private final Gate gate = new Gate(reviews, clock);

  GateTest() {
    reviews.users.put("t-prometheus", "prometheus");
    reviews.users.put("t-anna", "anna");
    reviews.rights.put("prometheus", Set.of(METRICS));
    reviews.rights.put("anna", Set.of(TRACE));
  }

  private Verdict admit(String token, Access access) {
    return gate.admit(new Credentials.Token(token), access);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Bearer t-prometheus | /metrics | 200 |
          Bearer t-anna       | trace    | 200 |
          Bearer t-anna       | /metrics | 403 | anna may not get path "/metrics": no role that is bound to it allows that
          Bearer t-prometheus | trace    | 403 | prometheus may not get exittraces/records.lpar.dev "trace-1" in namespace "shop": no role that is bound to it allows that
          Bearer made-up      | /metrics | 401 | the cluster doesn't know this token, or it expired
          Basic YTpi          | /metrics | 401 | the Authorization header isn't: Bearer TOKEN
                              | /metrics | 401 | a token is needed: Authorization: Bearer TOKEN
          Bearer outage       | /metrics | 503 | the API server can't be asked whether you may; try again
          """)
  void decides(String header, String path, int code, String line) {
    var access = path.equals("trace") ? TRACE : METRICS;
    reviews.outage = "Bearer outage".equals(header) ? "connection refused" : "";
    var verdict = gate.admit(Credentials.parse(header == null ? null : List.of(header)), access);
    if (code == 200) {
      assertInstanceOf(Verdict.Allowed.class, verdict);
    } else {
      assertEquals(Answer.text(code, line), verdict.refusal(access));
    }
  }

  @Test
  void anAnswerHoldsForAWhileAYesLongerThanANo() {
    admit("t-prometheus", METRICS);
    admit("t-anna", METRICS);
    admit("made-up", METRICS);
    assertEquals(3, reviews.asked);
    reviews.rights.put("anna", Set.of(METRICS));
    reviews.users.put("made-up", "anna");
    clock.pass(Duration.ofSeconds(9));
    assertEquals(new Verdict.Forbidden("anna"), admit("t-anna", METRICS));
    assertInstanceOf(Verdict.Unauthenticated.class, admit("made-up", METRICS));
    assertEquals(3, reviews.asked);
    clock.pass(Duration.ofSeconds(1));
    assertEquals(new Verdict.Allowed("anna"), admit("t-anna", METRICS));
    assertEquals(new Verdict.Allowed("anna"), admit("made-up", METRICS));
    reviews.rights.clear();
    clock.pass(Duration.ofSeconds(49));
    assertEquals(new Verdict.Allowed("prometheus"), admit("t-prometheus", METRICS));
    clock.pass(Duration.ofSeconds(1));
    assertEquals(new Verdict.Forbidden("prometheus"), admit("t-prometheus", METRICS));
  }

  @Test
  void anAnswerIsForOneThingAlone() {
    assertEquals(new Verdict.Allowed("anna"), admit("t-anna", TRACE));
    assertEquals(new Verdict.Forbidden("anna"), admit("t-anna", METRICS));
  }

  @Test
  void anOutageIsntRememberedAndWhatIsKnownOutlivesIt() {
    admit("t-prometheus", METRICS);
    reviews.outage = "connection refused";
    assertEquals(new Verdict.Allowed("prometheus"), admit("t-prometheus", METRICS));
    assertEquals(new Verdict.Unavailable(), admit("t-anna", TRACE));
    reviews.outage = "";
    assertEquals(new Verdict.Allowed("anna"), admit("t-anna", TRACE));
  }

  @Test
  void whatIsKnownIsBoundedAndHasNoToken() {
    var verdicts = new Verdicts();
    var used = Verdicts.key(new Credentials.Token("used"), METRICS);
    var yes = new Verdict.Allowed("prometheus");
    verdicts.keep(used, yes, Instant.EPOCH);
    for (int i = 0; i < 1000; i++) {
      var key = Verdicts.key(new Credentials.Token("made-up-" + i), METRICS);
      assertTrue(key.matches("[0-9a-f]{64}"), key);
      verdicts.keep(key, new Verdict.Unauthenticated("no"), Instant.EPOCH);
      assertTrue(verdicts.find(used, Instant.EPOCH).isPresent(), "goes although it is needed");
    }
    assertEquals(Verdicts.MOST, verdicts.size());
  }

  @Test
  void aClockThatIsSetBackMakesNoAnswerHoldLonger() {
    var verdicts = new Verdicts();
    var now = Instant.ofEpochSecond(1000);
    verdicts.keep("key", new Verdict.Allowed("prometheus"), now);
    assertTrue(verdicts.find("key", now).isPresent());
    assertFalse(verdicts.find("key", now.minusSeconds(1)).isPresent());
  }
}
