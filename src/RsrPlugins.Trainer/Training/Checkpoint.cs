// A run's state in one file: a JSON header (configuration, progress, best score, names and lengths of the vectors) and the
// vectors as 32-bit floats. There is no random state to keep: every random choice is a function of (seed, step, sample),
// see Data/SampleRandom.cs. Written to a temporary file first and renamed, so that a crash leaves the old one.
//
// A slim checkpoint holds the moving average alone, the weights that are exported: enough to export, evaluate, and to start
// another run from, and small enough to be committed.
using System.Runtime.InteropServices;
using System.Text.Json;
using RsrPlugins.Trainer.Networks;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>How far a run is.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Seconds">Training time spent.</param>
/// <param name="BestPsnr">Best validation PSNR in dB, 0 before the first validation.</param>
/// <param name="BestStep">The step it was reached at.</param>
/// <param name="MegapixelsBefore">HR megapixels seen by the runs this one was started from.</param>
/// <param name="DataBefore">Names of the folders whose pictures those runs saw: the terms of all of them hold for the weights. Null for
/// none.</param>
internal sealed record TrainingProgress(
    long Step,
    double Seconds,
    double BestPsnr,
    long BestStep,
    double MegapixelsBefore = 0,
    IReadOnlyList<string>? DataBefore = null
);

/// <summary>A checkpoint in memory.</summary>
internal sealed record Checkpoint(TrainingConfig Config, TrainingProgress Progress, IReadOnlyDictionary<string, float[]> Vectors)
{
    internal const string WeightsName = "weights";
    internal const string AverageName = "average";

    private const int Format = 1;
    private static readonly byte[] _magic = "RSRCKPT\n"u8.ToArray();

    /// <summary>True if the optimiser's state is there, so that the run can be resumed.</summary>
    internal bool IsFull => Vectors.ContainsKey(WeightsName);

    /// <summary>HR megapixels this run has seen.</summary>
    internal double Megapixels => Progress.Step * (double)Config.Batch * Config.Patch * Config.Patch / 1e6;

    /// <summary>Names of all folders whose pictures the weights have seen, in this run and in those it was started from.</summary>
    internal IReadOnlyList<string> DataSeen =>
        [.. (Progress.DataBefore ?? []).Union(Config.Data.Select(folder => Path.GetFileName(folder.Path)))];

    internal ParameterLayout Layout => LayoutOf(Config);

    /// <summary>The layers a run trains.</summary>
    internal static ParameterLayout LayoutOf(TrainingConfig config) => new(NetworkPair.Layers(config));

    /// <summary>Without everything that only resuming needs, and without the folders of this machine: it is what others get.</summary>
    internal Checkpoint Slim() =>
        this with
        {
            Config = Config with { Init = Path.GetFileName(Config.Init) },
            Vectors = new Dictionary<string, float[]> { [AverageName] = Vectors[AverageName] },
        };

    internal void Save(string path)
    {
        Header header = new Header(
            Format,
            Config.ToJson(),
            Progress,
            [.. Vectors.Select(vector => new VectorHeader(vector.Key, vector.Value.Length))]
        );
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string temporary = path + ".tmp";
        using (FileStream stream = File.Create(temporary))
        using (BinaryWriter writer = new BinaryWriter(stream))
        {
            writer.Write(_magic);
            writer.Write(json.Length);
            writer.Write(json);
            foreach (float[] vector in Vectors.Values)
            {
                writer.Write(MemoryMarshal.AsBytes<float>(vector));
            }

            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <exception cref="TrainerException">Missing, or not a checkpoint of this version.</exception>
    internal static Checkpoint Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new TrainerException($"{path}: no such checkpoint.");
        }

        using BinaryReader reader = new BinaryReader(File.OpenRead(path));
        try
        {
            if (!reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic))
            {
                throw new TrainerException($"{path}: not a checkpoint of rsr-train.");
            }

            Header header = JsonSerializer.Deserialize<Header>(reader.ReadBytes(reader.ReadInt32()))!;
            if (header.Format != Format)
            {
                throw new TrainerException($"{path}: checkpoint format {Format} expected, found {header.Format}.");
            }

            Dictionary<string, float[]> vectors = new Dictionary<string, float[]>();
            foreach ((string? name, int length) in header.Vectors)
            {
                float[] values = new float[length];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
                vectors[name] = values;
            }

            Checkpoint checkpoint = new Checkpoint(TrainingConfig.Parse(header.Config, path), header.Progress, vectors);
            int expected = checkpoint.Layout.Count;
            return vectors[AverageName].Length == expected
                ? checkpoint
                : throw new TrainerException($"{path}: {expected} parameters expected, found {vectors[AverageName].Length}.");
        }
        catch (Exception error) when (error is EndOfStreamException or JsonException or KeyNotFoundException)
        {
            throw new TrainerException($"{path}: damaged checkpoint ({error.Message}).", error);
        }
    }

    internal static float[] ToArray(Tensor values)
    {
        using Tensor copy = values.cpu().contiguous();
        return copy.data<float>().ToArray();
    }

    private sealed record Header(int Format, string Config, TrainingProgress Progress, VectorHeader[] Vectors);

    private sealed record VectorHeader(string Name, int Length);
}
