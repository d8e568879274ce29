// The curve of a run: one CSV row per validation, and the same as a picture. A resumed run goes on in the same file; rows
// that were written after the checkpoint it resumes from are dropped, because those steps are done again.
using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;

namespace RsrPlugins.Trainer.Training;

/// <summary>log.csv and curves.png in a run's folder.</summary>
internal sealed class TrainingLog
{
    private const string Header = "step,seconds,megapixels,loss_levels,rate,kilopixels_per_second,psnr_db,low_psnr_db,drawing_psnr_db";

    private readonly string _csv;
    private readonly string _plot;
    private readonly List<double[]> _rows = [];

    /// <param name="folder">The run's folder.</param>
    /// <param name="lastStep">Rows of later steps are dropped.</param>
    internal TrainingLog(string folder, long lastStep)
    {
        _csv = Path.Combine(folder, "log.csv");
        _plot = Path.Combine(folder, "curves.png");
        if (File.Exists(_csv))
        {
            _rows.AddRange(Read(_csv).Where(row => row[0] <= lastStep));
        }
    }

    /// <summary>Adds a row; both files are written anew, by renaming.</summary>
    internal void Add(TrainingReport report, ValidationScore score)
    {
        _rows.Add([
            report.Step,
            report.Seconds,
            report.Megapixels,
            report.Loss,
            report.Rate,
            report.KilopixelsPerSecond,
            score.Psnr,
            score.LowPsnr,
            score.DrawingPsnr,
        ]);
        File.WriteAllText(
            _csv + ".tmp",
            string.Join('\n', _rows.Select(row => string.Join(',', row.Select(Format))).Prepend(Header)) + "\n"
        );
        File.Move(_csv + ".tmp", _csv, overwrite: true);
        if (_rows.Count > 1)
        {
            Plot();
        }
    }

    /// <summary>Rows of a log: step, seconds, megapixels, loss, rate, kilopixels per second, PSNR, PSNR of the small pictures, PSNR of
    /// drawings (not in logs of before).</summary>
    internal static IEnumerable<double[]> Read(string path) =>
        File.ReadLines(path)
            .Where(line => line.Length > 0 && char.IsAsciiDigit(line[0]))
            .Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());

    private static string Format(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private void Plot()
    {
        double[] megapixels = _rows.Select(row => row[2]).ToArray();
        using Plot plot = new ScottPlot.Plot();
        Scatter psnr = plot.Add.Scatter(megapixels, _rows.Select(row => row[6]).ToArray());
        psnr.LegendText = "validation PSNR (dB)";
        Scatter loss = plot.Add.Scatter(megapixels, _rows.Select(row => row[3]).ToArray());
        loss.LegendText = "L1 loss (8-bit levels, right)";
        loss.Axes.YAxis = plot.Axes.Right;
        plot.XLabel("HR megapixels seen");
        plot.Axes.Left.Label.Text = "dB";
        plot.Axes.Right.Label.Text = "8-bit levels";
        plot.ShowLegend(ScottPlot.Alignment.LowerRight);
        plot.SavePng(_plot + ".tmp", 900, 500);
        File.Move(_plot + ".tmp", _plot, overwrite: true);
    }
}
