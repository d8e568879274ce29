// Where the points of the figure lie is known only after measuring, so the labels look for their places themselves.
using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace RsrPlugins.Trainer.Experiments.Figure1;

/// <summary>A point of the figure.</summary>
/// <param name="Label">Stands beside it.</param>
/// <param name="Seconds">Per picture.</param>
/// <param name="Psnr">In dB.</param>
/// <param name="Marker">How it is drawn.</param>
internal sealed record TimePoint(string Label, double Seconds, double Psnr, PointMarker Marker);

/// <summary>What a point shows.</summary>
internal enum PointMarker
{
    /// <summary>Another network, PSNR as published.</summary>
    Other,

    /// <summary>RSRNet's published PSNR at our time.</summary>
    OwnPublished,

    /// <summary>RSRNet as installed.</summary>
    Own,
}

/// <summary>Draws time against PSNR.</summary>
internal static class TimePlot
{
    private const int Width = 900;
    private const int Height = 560;
    private const float MarkerSize = 11;
    private const float FontSize = 16;

    internal static void Save(IReadOnlyList<TimePoint> points, string path)
    {
        using Plot plot = new Plot();
        plot.XLabel("seconds per picture, log");
        plot.YLabel("PSNR on Set5 at x3 (dB)");
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = power => Math.Pow(10, power).ToString("0.######", CultureInfo.InvariantCulture),
            MinorTickGenerator = new LogMinorTickGenerator(),
        };
        foreach (IAxis axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.Label.FontSize = FontSize;
            axis.Label.Bold = false;
            axis.TickLabelStyle.FontSize = FontSize - 2;
        }

        plot.Grid.MinorLineColor = Colors.Black.WithOpacity(0.05);
        plot.Grid.MinorLineWidth = 1;
        Coordinates[] places = points.Select(point => new Coordinates(Math.Log10(point.Seconds), point.Psnr)).ToArray();
        plot.Axes.SetLimits(
            places.Min(place => place.X) - 0.4,
            places.Max(place => place.X) + 0.4,
            places.Min(place => place.Y) - 0.25,
            places.Max(place => place.Y) + 0.25
        );
        foreach ((TimePoint? point, Coordinates place) in points.Zip(places))
        {
            Marker marker = plot.Add.Marker(
                place,
                point.Marker == PointMarker.Own ? MarkerShape.FilledDiamond : MarkerShape.FilledCircle,
                MarkerSize,
                ColorOf(point)
            );
            if (point.Marker == PointMarker.OwnPublished)
            {
                marker.MarkerShape = MarkerShape.OpenDiamond;
                marker.MarkerLineWidth = 2;
            }

            marker.MarkerSize += point.Marker == PointMarker.Other ? 0 : 4;
        }

        Text[] texts = points
            .Select(point =>
            {
                Text text = plot.Add.Text(point.Label, 0, 0);
                text.LabelFontSize = FontSize;
                text.LabelFontColor = ColorOf(point);
                text.LabelBold = point.Marker == PointMarker.Own;
                text.LabelAlignment = Alignment.UpperLeft;
                text.IsVisible = false;
                return text;
            })
            .ToArray();

        // Places are pixels, and pixels are known once the plot was drawn.
        plot.RenderInMemory(Width, Height);
        PixelRect area = plot.LastRender.DataRect;
        using Paint paint = Paint.NewDisposablePaint();
        (float Width, float Height)[] sizes = texts
            .Select(text => text.LabelStyle.Measure(paint))
            .Select(measured => (measured.Width, measured.Height))
            .ToArray();
        (float X, float Y)[] dots = places.Select(place => plot.GetPixel(place)).Select(pixel => (pixel.X, pixel.Y)).ToArray();
        IReadOnlyList<LabelBox> boxes = LabelPlaces.Find(
            dots,
            sizes,
            MarkerSize + 7,
            new LabelBox(area.Left, area.Top, area.Width, area.Height)
        );
        foreach ((Text? text, LabelBox box) in texts.Zip(boxes))
        {
            text.Location = plot.GetCoordinates(box.Left, box.Top);
            text.IsVisible = true;
        }

        plot.SavePng(path, Width, Height);
    }

    private static Color ColorOf(TimePoint point) =>
        point.Marker == PointMarker.Other ? Color.FromHex("#1f4e79") : Color.FromHex("#c00000");
}

/// <summary>A rectangle in pixels, y downwards.</summary>
internal readonly record struct LabelBox(float Left, float Top, float Width, float Height)
{
    internal float Right => Left + Width;

    internal float Bottom => Top + Height;

    internal bool Overlaps(LabelBox other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

    internal bool Holds(LabelBox other) => Left <= other.Left && Top <= other.Top && other.Right <= Right && other.Bottom <= Bottom;
}

/// <summary>Places for labels beside dots.</summary>
internal static class LabelPlaces
{
    /// <summary>
    /// Gives every label in turn the first free place beside its dot (right, left, above, below, the corners, then the same further
    /// out): inside the area, over no dot and no earlier label. One that finds none stands on the right.
    /// </summary>
    /// <param name="dots">Centres.</param>
    /// <param name="sizes">Of the labels, in the order of the dots.</param>
    /// <param name="dotSize">Width of a dot with the room around it.</param>
    /// <param name="area">Where labels may stand.</param>
    internal static IReadOnlyList<LabelBox> Find(
        IReadOnlyList<(float X, float Y)> dots,
        IReadOnlyList<(float Width, float Height)> sizes,
        float dotSize,
        LabelBox area
    )
    {
        List<LabelBox> taken = dots.Select(dot => new LabelBox(dot.X - (dotSize / 2), dot.Y - (dotSize / 2), dotSize, dotSize)).ToList();
        List<LabelBox> found = new List<LabelBox>();
        for (int i = 0; i < dots.Count; i++)
        {
            LabelBox[] candidates = Candidates(dots[i], sizes[i], dotSize).ToArray();
            LabelBox[] free = candidates.Where(box => area.Holds(box) && !taken.Any(box.Overlaps)).ToArray();
            found.Add(free.Length > 0 ? free[0] : candidates[0]);
            taken.Add(found[^1]);
        }

        return found;
    }

    private static IEnumerable<LabelBox> Candidates((float X, float Y) dot, (float Width, float Height) size, float dotSize)
    {
        // A pixel between, so that a label never counts as over its own dot by rounding.
        const float Gap = 1;
        (int X, int Y)[] sides = [(1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1)];
        for (int ring = 0; ring < 3; ring++)
        {
            (float across, float down) = (
                (size.Width / 2) + (dotSize / 2) + Gap,
                (size.Height / 2) + (dotSize / 2) + Gap + (ring * size.Height / 2)
            );
            foreach ((int X, int Y) side in sides)
            {
                yield return new LabelBox(
                    dot.X + (side.X * across) - (size.Width / 2),
                    dot.Y + (side.Y * down) - (size.Height / 2),
                    size.Width,
                    size.Height
                );
            }
        }
    }
}
