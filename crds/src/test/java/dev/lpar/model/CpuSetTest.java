package dev.lpar.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuSetTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0          | 0          | 1",
        "0-3        | 0-3        | 4",
        "3,1,2      | 1-3        | 3",
        "0,2,4      | 0,2,4      | 3",
        "0-1,1-2    | 0-2        | 3",
        "5-5        | 5          | 1",
        "0-1,8-9,16 | 0-1,8-9,16 | 5",
        "65535      | 65535      | 1",
      })
  void readsTheKernelsListFormatAndWritesItCanonically(String text, String written, int size) {
    var set = CpuSet.parse(text);
    assertEquals(written, set.toString());
    assertEquals(size, set.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n"})
  void readsABlankFileAsTheEmptySet(String text) {
    assertTrue(CpuSet.parse(text).isEmpty());
    assertEquals("", CpuSet.parse(text).toString());
  }

  @Test
  void readsAFileWithItsLineEnd() {
    assertEquals(CpuSet.of(0, 1), CpuSet.parse("0-1\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",", "0,", ",0", "0,,1", "a", "0-", "-1", "3-1", "0-1-2", "0 - 1", "0;1", "0x1", "65536",
        "99999", "100000", "0:1", "0-7:2/4"
      })
  void refusesWhatIsNoList(String text) {
    assertThrows(IllegalArgumentException.class, () -> CpuSet.parse(text));
  }

  @Property
  void whatIsWrittenReadsTheSame(@ForAll @Size(max = 64) Set<@IntRange(max = 300) Integer> cpus) {
    var set = of(cpus);
    assertEquals(set, CpuSet.parse(set.toString()));
    assertEquals(set.hashCode(), CpuSet.parse(set.toString()).hashCode());
    assertEquals(new TreeSet<>(cpus), set.stream().boxed().collect(Collectors.toSet()));
    assertEquals(cpus.size(), set.size());
  }

  @Property
  void whatIsWrittenHasNoLongerForm(
      @ForAll @Size(max = 64) Set<@IntRange(max = 300) Integer> cpus) {
    int last = -2;
    for (var part : of(cpus).toString().split(",")) {
      if (part.isEmpty()) {
        continue;
      }
      var ends = part.split("-");
      int first = Integer.parseInt(ends[0]);
      assertTrue(first > last + 1, "neighbours are one range");
      last = Integer.parseInt(ends[ends.length - 1]);
      assertTrue(ends.length == 1 || last > first, "a single CPU is no range");
    }
  }

  @Property
  void unionDifferenceAndIntersectionAreThoseOfSets(
      @ForAll @Size(max = 32) Set<@IntRange(max = 100) Integer> a,
      @ForAll @Size(max = 32) Set<@IntRange(max = 100) Integer> b) {
    var union = new TreeSet<>(a);
    union.addAll(b);
    assertEquals(of(union), of(a).union(of(b)));
    var difference = new TreeSet<>(a);
    difference.removeAll(b);
    assertEquals(of(difference), of(a).minus(of(b)));
    var both = new TreeSet<>(a);
    both.retainAll(b);
    assertEquals(of(both), of(a).intersect(of(b)));
  }

  @Test
  void isImmutable() {
    var set = CpuSet.of(1, 2);
    set.union(CpuSet.of(3));
    set.minus(CpuSet.of(1));
    set.intersect(CpuSet.of(1));
    assertArrayEquals(new int[] {1, 2}, set.stream().toArray());
    assertTrue(set.contains(1));
    assertFalse(set.contains(3));
  }

  private static CpuSet of(Set<Integer> cpus) {
    return CpuSet.of(cpus.stream().mapToInt(Integer::intValue).toArray());
  }
}
