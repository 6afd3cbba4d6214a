package dev.lpar.linux;

import static dev.lpar.linux.BpfProgram.Register.FRAME;
import static dev.lpar.linux.BpfProgram.Register.R0;
import static dev.lpar.linux.BpfProgram.Register.R1;
import static dev.lpar.linux.BpfProgram.Register.R2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.linux.BpfProgram.Assembler;
import dev.lpar.linux.BpfProgram.Function;
import dev.lpar.linux.BpfProgram.Operation;
import dev.lpar.linux.BpfProgram.Size;
import dev.lpar.linux.BpfProgram.Test;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BpfProgramTest {
  private static final int MAP = 7;

  /** Bytes as the kernel's instruction set has them, on a machine whose low byte is first. */
  static Stream<Arguments> instructions() {
    return Stream.of(
        one("r1 = r2", asm -> asm.set(R1, Operation.MOVE, R2), "bf21000000000000"),
        one("r1 = -1", asm -> asm.set(R1, Operation.MOVE, -1), "b7010000ffffffff"),
        one("r1 += 8", asm -> asm.set(R1, Operation.ADD, 8), "0701000008000000"),
        one("r1 -= r2", asm -> asm.set(R1, Operation.SUBTRACT, R2), "1f21000000000000"),
        one("r1 |= r2", asm -> asm.set(R1, Operation.OR, R2), "4f21000000000000"),
        one("r1 &= 15", asm -> asm.set(R1, Operation.AND, 15), "570100000f000000"),
        one("r1 <<= 3", asm -> asm.set(R1, Operation.SHIFT_LEFT, 3), "6701000003000000"),
        one("r1 >>= 3", asm -> asm.set(R1, Operation.SHIFT_RIGHT, 3), "7701000003000000"),
        one("u8 load", asm -> asm.load(R1, Size.BYTE, R2, 1), "7121010000000000"),
        one("u16 load", asm -> asm.load(R1, Size.HALF, R2, 2), "6921020000000000"),
        one("u32 load", asm -> asm.load(R1, Size.WORD, R2, 4), "6121040000000000"),
        one("u64 load", asm -> asm.load(R1, Size.DOUBLE, R2, 8), "7921080000000000"),
        one("u64 store", asm -> asm.store(FRAME, -8, Size.DOUBLE, R1), "7b1af8ff00000000"),
        one("u32 number", asm -> asm.store(FRAME, -4, Size.WORD, 5), "620afcff05000000"),
        one("atomic", asm -> asm.addAtomically(R1, 8, R2), "db21080000000000"),
        one("exchange", asm -> asm.exchangeIfEqual(R1, 8, R2), "db210800f1000000"),
        one("map", asm -> asm.map(R1, "m"), "1811000007000000" + "0000000000000000"),
        one("its value", asm -> asm.mapValue(R1, "m"), "1821000007000000" + "0000000000000000"),
        one("call", asm -> asm.call(Function.MAP_LOOKUP), "8500000001000000"),
        one("end", Assembler::end, "b700000000000000" + "9500000000000000"),
        one(
            "jump over one",
            asm -> asm.jump("on").set(R1, Operation.MOVE, R2).label("on"),
            "0500010000000000" + "bf21000000000000"),
        one(
            "jump over a map, which is two",
            asm -> asm.jumpIf(R0, Test.EQUAL, 0, "on").map(R1, "m").label("on"),
            "1500020000000000" + "1811000007000000" + "0000000000000000"),
        one(
            "jumps by comparison",
            asm ->
                asm.jumpIf(R1, Test.NOT_EQUAL, R2, "on")
                    .jumpIf(R1, Test.GREATER, 3, "on")
                    .jumpIf(R1, Test.AT_LEAST, R2, "on")
                    .jumpIf(R1, Test.LESS, R2, "on")
                    .jumpIf(R1, Test.AT_MOST, R2, "on")
                    .label("on"),
            "5d21040000000000"
                + "2501030003000000"
                + "3d21020000000000"
                + "ad21010000000000"
                + "bd21000000000000"));
  }

  private static Arguments one(String name, Consumer<Assembler> write, String bytes) {
    return arguments(name, write, bytes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("instructions")
  void isWrittenAsTheKernelTakesIt(String name, Consumer<Assembler> write, String bytes) {
    var asm = new Assembler();
    write.accept(asm);
    assertEquals(bytes, HexFormat.of().formatHex(asm.assemble().bytes(_ -> MAP)), name);
  }

  @org.junit.jupiter.api.Test
  void aProgramHasTheSameFingerprintWhateverItsMapsNumbersAre() {
    assertEquals(
        new Assembler().map(R1, "m").end().assemble().fingerprint(),
        new Assembler().map(R1, "m").end().assemble().fingerprint());
    assertNotEquals(
        new Assembler().map(R1, "m").end().assemble().fingerprint(),
        new Assembler().map(R1, "n").end().assemble().fingerprint());
  }

  @org.junit.jupiter.api.Test
  void aLabelIsSetOnce() {
    assertThrows(IllegalStateException.class, () -> new Assembler().jump("nowhere").assemble());
    assertThrows(IllegalStateException.class, () -> new Assembler().label("a").label("a"));
  }

  /** Offsets from include/uapi/linux/bpf.h and perf_event.h, as pahole prints them. */
  static Stream<Arguments> layouts() {
    return Stream.of(
        arguments(BpfCall.CREATE, 48, "map_name", 28),
        arguments(BpfCall.ELEMENT, 32, "key", 8),
        arguments(BpfCall.BATCH, 56, "map_fd", 36),
        arguments(BpfCall.LOAD, 64, "log_buf", 32),
        arguments(BpfCall.PIN, 16, "bpf_fd", 8),
        arguments(BpfCall.INFO, 16, "info", 8),
        arguments(BpfCall.BY_ID, 12, "open_flags", 8),
        arguments(BpfCall.LINK, 24, "bpf_cookie", 16),
        arguments(BpfCall.MAP_INFO, 24, "map_flags", 20),
        arguments(BpfCall.LINK_INFO, 12, "prog_id", 8),
        arguments(BpfCall.PROGRAM_INFO, 216, "run_time_ns", 192),
        arguments(BpfCall.PERF_EVENT, 64, "flags", 40));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void structuresAreTheKernels(StructLayout layout, long size, String field, long offset) {
    assertEquals(size, layout.byteSize());
    assertEquals(offset, layout.byteOffset(PathElement.groupElement(field)));
  }
}
