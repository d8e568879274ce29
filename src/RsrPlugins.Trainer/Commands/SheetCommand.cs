// A contact sheet for eyes, not for figures: per picture the HR luma and three small pictures of the same part, at the same
// size on the sheet (small pixels drawn as squares).
using System.CommandLine;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train sheet.</summary>
internal static class SheetCommand
{
    private const int Part = 240;
    private const int Gap = 8;
    private const int Caption = 24;
    private static readonly string[] _pictures = ["baboon", "lenna", "comic"];

    internal static Command Create()
    {
        var checkpointArgument = new Argument<string>("checkpoint") { Description = "Checkpoint of a learned pair." };
        var picturesArgument = new Argument<string[]>("pictures") { Description = "PNG pictures; baboon, lenna and comic of test/set14 where none is given.", Arity = ArgumentArity.ZeroOrMore };
        var withoutOption = new Option<string?>("--without") { Description = "Checkpoint of a pair trained with \"qBRelu\": false, for the column without Q-BReLU; else the same RRNet's values before Q-BReLU.", HelpName = "FILE" };
        var outputOption = new Option<string>("--output", "-o") { Description = "The sheet (PNG).", HelpName = "FILE", DefaultValueFactory = _ => "sheet.png" };
        var dataOption = CommandLine.DataOption();
        var command = new Command("sheet", "Draws HR, bicubic, without Q-BReLU and learned small pictures side by side.") { checkpointArgument, picturesArgument, withoutOption, outputOption, dataOption };
        command.SetAction(parsed =>
        {
            var learned = LoadPair(parsed.GetRequiredValue(checkpointArgument));
            var without = parsed.GetValue(withoutOption) is { } path ? LoadPair(path) : learned;
            var files = parsed.GetValue(picturesArgument) is { Length: > 0 } given
                ? given
                : [.. _pictures.Select(name => Path.Combine(CommandLine.RequireData(parsed.GetValue(dataOption)), "test/set14", name + ".png"))];
            Draw([.. files.Select(file => TestPicture.Load(file, learned.Config.Scale))], learned, without, parsed.GetRequiredValue(outputOption));
        });
        return command;
    }

    private static Checkpoint LoadPair(string path)
    {
        var checkpoint = Checkpoint.Load(path);
        return checkpoint.Config.Kind == RunKind.Learned ? checkpoint : throw new TrainerException($"{path}: a learned pair expected, found SRNet alone.");
    }

    private static void Draw(TestPicture[] pictures, Checkpoint learned, Checkpoint without, string output)
    {
        var scale = learned.Config.Scale;
        string[] captions = ["HR", "bicubic", "without Q-BReLU", "learned"];
        using var sheet = new SKBitmap((captions.Length * (Part + Gap)) + Gap, (pictures.Length * (Part + Gap + Caption)) + Gap);
        using var canvas = new SKCanvas(sheet);
        using var font = new SKFont(SKTypeface.Default, 15);
        using var black = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        canvas.Clear(SKColors.White);
        for (var row = 0; row < pictures.Length; row++)
        {
            var picture = pictures[row];
            var (width, height) = (picture.Width / scale, picture.Height / scale);
            var unit = Array.ConvertAll(picture.Plane, value => value / 255f);
            var random = default(SampleRandom);
            (float[] Values, int Width, int Height)[] columns =
            [
                (unit, picture.Width, picture.Height),
                (Reduction.Bicubic(unit, picture.Width, picture.Height, scale, ref random), width, height),
                (Reduce(without, unit, picture, bounded: false), width, height),
                (Reduce(learned, unit, picture, bounded: true), width, height),
            ];
            for (var column = 0; column < columns.Length; column++)
            {
                var (values, columnWidth, columnHeight) = columns[column];
                using var bitmap = ToBitmap(values, columnWidth, columnHeight);
                var side = Math.Min(Part / (columnWidth == picture.Width ? 1 : scale), Math.Min(columnWidth, columnHeight));
                var (left, top) = ((columnWidth - side) / 2, (columnHeight - side) / 2);
                var target = SKRect.Create(Gap + (column * (Part + Gap)), Gap + Caption + (row * (Part + Gap + Caption)), Part, Part);
                using var image = SKImage.FromBitmap(bitmap);
                canvas.DrawText($"{picture.Name}: {captions[column]}", target.Left, target.Top - 6, font, black);
                canvas.DrawImage(image, SKRect.Create(left, top, side, side), target, new SKSamplingOptions(SKFilterMode.Nearest));
            }
        }

        using var data = sheet.Encode(SKEncodedImageFormat.Png, 100);
        using var file = File.Create(output);
        data.SaveTo(file);
        Console.WriteLine(output);
    }

    private static float[] Reduce(Checkpoint checkpoint, float[] unit, TestPicture picture, bool bounded)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var views = new ParameterViews(checkpoint.Layout, tensor(checkpoint.Vectors[Checkpoint.AverageName]), train: false);
        var network = new RRNet(checkpoint.Config.Scale, views);
        var high = tensor(unit, [1, 1, picture.Height, picture.Width]);
        return Checkpoint.ToArray(bounded ? network.Forward(high) : network.ForwardUnbounded(high));
    }

    /// <summary>Studio luma as full-range grey.</summary>
    private static SKBitmap ToBitmap(float[] values, int width, int height)
    {
        var bitmap = new SKBitmap(width, height, SKColorType.Gray8, SKAlphaType.Opaque);
        var pixels = bitmap.GetPixelSpan();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                pixels[(y * bitmap.RowBytes) + x] = (byte)Math.Clamp(MathF.Round(((values[(y * width) + x] * 255f) - 16f) * 255f / 219f), 0f, 255f);
            }
        }

        return bitmap;
    }
}
