package dev.lpar.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart of a few lines over the same values of x, as SVG. */
final class LineChart {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 360;
  private static final int LEFT = 70;
  private static final int TOP = 50;
  private static final int PLOT_WIDTH = 360;
  private static final int PLOT_HEIGHT = 250;
  private static final int STEPS = 5;
  private static final List<String> COLORS = List.of("#1b6ca8", "#d1495b", "#3a7d44", "#8d6a9f");

  private final String title;
  private final String xName;
  private final List<Integer> xs;
  private final List<Line> lines = new ArrayList<>();

  private record Line(String name, List<Double> ys) {}

  /**
   * @param title with the unit of y
   */
  LineChart(String title, String xName, List<Integer> xs) {
    this.title = title;
    this.xName = xName;
    this.xs = List.copyOf(xs);
  }

  /**
   * @param ys one for each x
   */
  LineChart line(String name, List<Double> ys) {
    if (ys.size() != xs.size()) {
      throw new IllegalArgumentException(name + ": " + ys.size() + " values for " + xs);
    }
    lines.add(new Line(name, List.copyOf(ys)));
    return this;
  }

  String svg() {
    double top = niceTop();
    var svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    text(svg, LEFT, TOP - 22, "start", title);
    text(svg, LEFT + PLOT_WIDTH / 2.0, HEIGHT - 15, "middle", xName);
    for (int step = 0; step <= STEPS; step++) {
      double value = top * step / STEPS;
      svg.append(
          "<line x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\" stroke=\"#ddd\"/>%n"
              .formatted(LEFT, number(y(value, top)), LEFT + PLOT_WIDTH, number(y(value, top))));
      text(svg, LEFT - 6, y(value, top) + 4, "end", number(value));
    }
    for (int i = 0; i < xs.size(); i++) {
      text(svg, x(i), TOP + PLOT_HEIGHT + 18, "middle", Integer.toString(xs.get(i)));
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, i, top);
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, int index, double top) {
    var line = lines.get(index);
    var color = COLORS.get(index % COLORS.size());
    var points = new ArrayList<String>();
    for (int i = 0; i < xs.size(); i++) {
      points.add(number(x(i)) + "," + number(y(line.ys().get(i), top)));
    }
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
            .formatted(String.join(" ", points), color));
    int at = TOP + 12 + 20 * index;
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"3\" fill=\"%s\"/>%n"
            .formatted(LEFT + PLOT_WIDTH + 15, at - 5, color));
    text(svg, LEFT + PLOT_WIDTH + 32, at, "start", line.name());
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n"
            .formatted(number(x), number(y), anchor, text));
  }

  /** The least 1, 2 or 5 times a power of ten that no value is above. */
  private double niceTop() {
    double most =
        lines.stream().flatMap(line -> line.ys().stream()).mapToDouble(y -> y).max().orElse(1);
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1e-3))));
    return List.of(1.0, 2.0, 5.0).stream()
        .map(step -> step * power)
        .filter(step -> step >= most)
        .findFirst()
        .orElse(10 * power);
  }

  private double x(int index) {
    return LEFT + PLOT_WIDTH * (index + 0.5) / xs.size();
  }

  private static double y(double value, double top) {
    return TOP + PLOT_HEIGHT * (1 - value / top);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceAll("\\.?0+$", "");
  }
}
