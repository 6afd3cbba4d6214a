package dev.lpar.model;

import java.util.regex.Pattern;

/**
 * Where a PCI function sits today: domain, bus, device, function in the kernel's form, such as
 * {@code 0000:3b:00.0}. It may be another one after the next boot.
 */
public record PciAddress(String text) implements Comparable<PciAddress> {
  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");

  public PciAddress {
    if (!isOne(text)) {
      throw new IllegalArgumentException("not a PCI address such as 0000:3b:00.0: " + text);
    }
  }

  /** Whether the text has the form of an address. */
  public static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** Domain, bus and device, which the functions of one device share. */
  public String device() {
    return text.substring(0, text.lastIndexOf('.'));
  }

  @Override
  public int compareTo(PciAddress other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
