package dev.lpar.agent.vmexit.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.agent.vmexit.counter.TracepointFormat.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TracepointFormatTest {
  /** As a kernel 6.12 has it. */
  static String recorded(String name) {
    try (var stream = TracepointFormatTest.class.getResourceAsStream(name + ".format")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static TracepointFormat parsed(String name) throws UnusableFormatException {
    return TracepointFormat.parse(name, recorded(name));
  }

  static Map<String, TracepointFormat> all() throws UnusableFormatException {
    var formats = new HashMap<String, TracepointFormat>();
    for (var name :
        Stream.concat(CounterPrograms.NEEDED.stream(), CounterPrograms.WELCOME.stream()).toList()) {
      formats.put(name, parsed(name));
    }
    return formats;
  }

  @Test
  void fieldsAreWhereTheKernelSays() throws Exception {
    var format = parsed("kvm_exit");
    assertEquals(1635, format.id());
    assertEquals(new Field(8, 4), format.fields().get("exit_reason"));
    assertEquals(new Field(16, 8), format.fields().get("guest_rip"));
    assertEquals(new Field(32, 8), format.fields().get("info1"));
    assertEquals(new Field(56, 4), format.fields().get("vcpu_id"));
  }

  @Test
  void everyTracepointOfThisKernelGetsAProgram() throws Exception {
    assertEquals(
        all().keySet(),
        CounterPrograms.of(all()).stream()
            .map(attached -> attached.tracepoint().name())
            .collect(Collectors.toSet()));
  }

  static Stream<Arguments> otherKernels() {
    return Stream.of(
        arguments(
            "no such field",
            edit(text -> text.replace("exit_reason;", "why;")),
            "kvm:kvm_exit has no field exit_reason"),
        arguments(
            "a field of another size",
            edit(
                text ->
                    text.replace(
                        "u64 info1;\toffset:32;\tsize:8", "u8 info1;\toffset:32;\tsize:3")),
            "field info1 of kvm:kvm_exit has 3 bytes at 32, which can't be read"),
        arguments(
            "a field out of line",
            edit(text -> text.replace("isa;\toffset:24", "isa;\toffset:25")),
            "field isa of kvm:kvm_exit has 4 bytes at 25, which can't be read"),
        arguments(
            "a field out of reach",
            edit(text -> text.replace("isa;\toffset:24", "isa;\toffset:99996")),
            "field isa of kvm:kvm_exit has 4 bytes at 99996, which can't be read"),
        arguments(
            "a field before the record's own",
            edit(text -> text.replace("isa;\toffset:24", "isa;\toffset:4")),
            "field isa of kvm:kvm_exit has 4 bytes at 4, which can't be read"),
        arguments(
            "no number",
            edit(text -> text.replace("ID: 1635", "ID:")),
            "the format of kvm:kvm_exit has no ID"),
        arguments("nothing", edit(_ -> ""), "the format of kvm:kvm_exit has no ID"));
  }

  private static UnaryOperator<String> edit(UnaryOperator<String> edit) {
    return edit;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherKernels")
  void anotherKernelsFormatIsRefusedWithTheReason(
      String name, UnaryOperator<String> edit, String message) throws Exception {
    var formats = all();
    var refusal =
        assertThrows(
            UnusableFormatException.class,
            () -> {
              formats.put(
                  "kvm_exit", TracepointFormat.parse("kvm_exit", edit.apply(recorded("kvm_exit"))));
              CounterPrograms.of(formats);
            });
    assertEquals(message, refusal.getMessage(), name);
  }

  @Test
  void aReasonOfEightBytesWillDoAndAnOldKernelTellsNoVcpu() throws Exception {
    var formats = all();
    formats.put(
        "kvm_exit",
        TracepointFormat.parse(
            "kvm_exit",
            recorded("kvm_exit")
                .replace("exit_reason;\toffset:8;\tsize:4", "exit_reason;\toffset:8;\tsize:8")
                .replace("vcpu_id;", "none;")));
    assertEquals(6, CounterPrograms.of(formats).size());
  }

  @Test
  void whatTellsDetailsAloneMayBeMissingOrOfNoUse() throws Exception {
    var formats = all();
    formats.remove("kvm_apic");
    formats.put(
        "kvm_msr",
        TracepointFormat.parse("kvm_msr", recorded("kvm_msr").replace("ecx;", "number;")));
    assertEquals(4, CounterPrograms.of(formats).size());
    formats.remove("kvm_entry");
    var refusal = assertThrows(UnusableFormatException.class, () -> CounterPrograms.of(formats));
    assertEquals("the kernel has no tracepoint kvm:kvm_entry", refusal.getMessage());
  }

  @Property
  void anyTextIsReadOrRefused(@ForAll String text) {
    tryOut(text);
  }

  /** Damage to a real file: bytes changed, cut out, put in. */
  @Property
  void aDamagedFormatIsReadOrRefused(@ForAll long seed) {
    var random = new Random(seed);
    var text = new StringBuilder(recorded("kvm_exit"));
    for (int i = 0; i < 20; i++) {
      int at = random.nextInt(Math.min(1000, text.length() - 1));
      switch (random.nextInt(3)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(128));
        case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(30)));
        default -> text.insert(at, random.nextLong());
      }
    }
    tryOut(text.toString());
  }

  private static void tryOut(String text) {
    try {
      var formats = all();
      formats.put("kvm_exit", TracepointFormat.parse("kvm_exit", text));
      CounterPrograms.of(formats);
    } catch (UnusableFormatException e) {
      // Refused with a reason.
    }
  }
}
