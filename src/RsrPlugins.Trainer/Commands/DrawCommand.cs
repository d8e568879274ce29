// Makes the pictures of drawings that photo and clean-up runs train on, in the cache, since they can be made again at any time.
using System.CommandLine;
using NetVips;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Drawing;
using SkiaSharp;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train draw.</summary>
internal static class DrawCommand
{
    private const int Seed = 17;

    /// <summary>Longer side of drawings that are held back.</summary>
    private const int HeldOutSide = 576;

    private const string OpenclipartFolder = "train/openclipart200";

    internal static Command Create()
    {
        Option<string> svgOption = new Option<string>("--svg")
        {
            Description = "Folder of vector drawings: usr/share/openclipart/svg of Debian's openclipart-svg.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> fontsOption = new Option<string>("--fonts")
        {
            Description = "Folder of fonts, searched with its subfolders.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> heldOutOption = new Option<string>("--held-out")
        {
            Description = "List of the drawings that are held back from training.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "training/held-out-drawings.txt",
        };
        Option<string> outputOption = new Option<string>("--output", "-o")
        {
            Description = "Output folder: drawn/openclipart, drawn/held-out, drawn/text, drawn/lines, drawn/patterns, drawn/engravings and drawn/screens are created in it.",
            HelpName = "DIR",
            DefaultValueFactory = _ => DataFolders.Cache,
        };
        Option<int> countOption = CommandLine.CountOption(
            "--count",
            1,
            1100,
            "Vector drawings to try, of which about nine in ten can be used; half as many pictures of text, a quarter each of lines, patterns, engravings and screens."
        );
        Option<int?> chooseOption = new Option<int?>("--choose")
        {
            Description = "Chooses N drawings to hold back, by a hash of their names, and writes the list; draws nothing.",
            HelpName = "N",
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "draw",
            "Draws training pictures: vector drawings rendered by librsvg, text, thin lines, fine patterns, engravings, interfaces. docs/training.md says where the drawings and fonts come from."
        )
        {
            svgOption,
            fontsOption,
            heldOutOption,
            outputOption,
            countOption,
            chooseOption,
            dataOption,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                IReadOnlyList<VectorDrawing> drawings = VectorDrawings.Find(parsed.GetRequiredValue(svgOption));
                string heldOut = parsed.GetRequiredValue(heldOutOption);
                HashSet<string> known = NamesIn(parsed.GetValue(dataOption));
                if (parsed.GetValue(chooseOption) is { } count)
                {
                    Choose(drawings, known, count, heldOut);
                }
                else
                {
                    DrawAll(
                        drawings,
                        known,
                        VectorDrawings.ReadList(heldOut),
                        parsed.GetRequiredValue(fontsOption),
                        parsed.GetRequiredValue(outputOption),
                        parsed.GetValue(countOption),
                        cancellationToken
                    );
                }

                return Task.FromResult(0);
            }
        );
        return command;
    }

    /// <summary>Names of all pictures in the data's test, validation and openclipart folders: none of them is drawn for training
    /// again.</summary>
    private static HashSet<string> NamesIn(string? data)
    {
        if (data is null)
        {
            return [];
        }

        string[] folders = [Path.Combine(data, "test"), Path.Combine(data, "validation"), Path.Combine(data, OpenclipartFolder)];
        return
        [
            .. folders
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .SelectMany(name => new[] { name, LastPart(name) }),
        ];
    }

    private static void Choose(IReadOnlyList<VectorDrawing> drawings, HashSet<string> known, int count, string list)
    {
        List<string> chosen = new List<string>();
        foreach (VectorDrawing drawing in drawings.Where(drawing => !IsKnown(drawing, known)))
        {
            using Image? picture = VectorDrawings.Render(drawing, HeldOutSide, [255, 255, 255]);
            if (picture is not null)
            {
                chosen.Add(drawing.RelativePath);
                if (chosen.Count == count)
                {
                    break;
                }
            }
        }

        File.WriteAllLines(
            list,
            [
                "# Drawings of Debian's openclipart-svg that no training run may see: benchmarks use them. Chosen by `rsr-train draw --choose`.",
                .. chosen.Order(StringComparer.Ordinal),
            ]
        );
        Console.WriteLine($"{list}: {chosen.Count} drawings");
    }

    private static void DrawAll(
        IReadOnlyList<VectorDrawing> drawings,
        HashSet<string> known,
        IReadOnlySet<string> heldOut,
        string fonts,
        string output,
        int count,
        CancellationToken cancellationToken
    )
    {
        int made = 0;
        Parallel.ForEach(
            drawings.Where(drawing => heldOut.Contains(drawing.RelativePath)),
            Options(),
            drawing =>
            {
                using Image? picture = VectorDrawings.Render(drawing, HeldOutSide, [255, 255, 255]);
                if (picture is not null)
                {
                    Write(picture, Folder("held-out"), drawing.Name);
                }
            }
        );

        // A drawing of the same file name in another folder is often the same drawing.
        HashSet<string> names = [.. drawings.Where(drawing => heldOut.Contains(drawing.RelativePath)).Select(drawing => drawing.FileName)];
        Parallel.ForEach(
            drawings
                .Where(drawing => !IsKnown(drawing, known) && !names.Contains(drawing.FileName))
                .Take(count)
                .Select((drawing, index) => (drawing, index)),
            Options(),
            entry =>
            {
                SampleRandom random = new SampleRandom(Seed, 0, entry.index);
                int side = (int)(240 * Math.Pow(3, random.NextDouble())); // 240 to 720
                using Image? picture = VectorDrawings.Render(entry.drawing, side, VectorDrawings.DrawBackground(ref random));
                if (picture is not null)
                {
                    Write(picture, Folder("openclipart"), entry.drawing.Name);
                    Interlocked.Increment(ref made);
                }
            }
        );
        Console.WriteLine($"{Folder("openclipart")}: {made} drawings");

        using Scenes scenes = new Scenes(fonts);
        Scene("text", count / 2, scenes.Text);
        Scene("lines", count / 4, Scenes.Lines);
        Scene("patterns", count / 4, Scenes.Patterns);
        Scene("engravings", count / 4, Scenes.Engravings);
        Scene("screens", count / 4, scenes.Screen);

        string Folder(string name) => Directory.CreateDirectory(Path.Combine(output, "drawn", name)).FullName;

        ParallelOptions Options() =>
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

        void Scene(string name, int number, Func<SampleRandom, SKBitmap> draw)
        {
            string folder = Folder(name);
            Parallel.For(
                0,
                number,
                Options(),
                index =>
                {
                    using SKBitmap bitmap = draw(new SampleRandom(Seed, name.Length, index));
                    using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
                    using FileStream file = File.Create(Path.Combine(folder, $"{name}{index:0000}.png"));
                    png.SaveTo(file);
                }
            );
            Console.WriteLine($"{folder}: {number} pictures");
        }
    }

    private static void Write(Image picture, string folder, string name) =>
        picture.Pngsave(Path.Combine(folder, name + ".png"), compression: 3);

    private static bool IsKnown(VectorDrawing drawing, HashSet<string> known) =>
        known.Contains(drawing.FileName) || known.Contains(drawing.Name);

    /// <summary>The file's own name in the name of a picture in the data, which has its folders too.</summary>
    private static string LastPart(string name) => name[(name.LastIndexOf('-') + 1)..];
}
