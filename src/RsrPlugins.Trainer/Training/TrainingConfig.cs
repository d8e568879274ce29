// One file describes one run. The defaults stand here once, each with its reason; a configuration file names only what it
// changes, and a key that is not known is an error, because a misspelt key would otherwise train something else.
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using TorchSharp;

namespace RsrPlugins.Trainer.Training;

/// <summary>What a run trains.</summary>
internal enum RunKind
{
    /// <summary>RRNet and SRNet together.</summary>
    Learned,

    /// <summary>SRNet alone, on small pictures as people have them.</summary>
    Photo,

    /// <summary>The same on small pictures made with antialiasing and not damaged.</summary>
    Antialiased,

    /// <summary>The same on damaged small pictures: JPEG, WebP, noise.</summary>
    Cleanup,

    /// <summary>SRCNN (Dong et al. 2014), the baseline of the paper's Sections 2.1 and 2.2, on one reduction.</summary>
    Srcnn,

    /// <summary>One invertible network for both directions (Xiao et al. 2020), an experiment.</summary>
    Invertible,
}

/// <summary>What training makes as small as it can.</summary>
internal enum TrainingLoss
{
    /// <summary>Mean absolute error.</summary>
    L1,

    /// <summary>Mean squared error.</summary>
    L2,

    /// <summary>Mean over crops of the root mean squared error: every crop counts the same, and in it the large errors count most, as in a
    /// mean of PSNRs.</summary>
    Rmse,

    /// <summary>Mean over crops of the logarithm of the mean squared error, which is a mean of PSNRs; errors far below a level do not
    /// count.</summary>
    LogMse,

    /// <summary>
    /// Mean squared error of each crop, divided by that of bicubic reduction and enlargement of the picture it is from. Pixels of a picture
    /// count the same and pictures count the same, which is the gradient of a mean of the pictures' PSNRs.
    /// </summary>
    Psnr,
}

/// <summary>How small pictures are brought to full size before SRCNN.</summary>
internal enum Interpolation
{
    /// <summary>Not at all: the network works on the small picture and ends in a sub-pixel shuffle.</summary>
    None,

    Nearest,
    Bilinear,
    Bicubic,
}

/// <summary>A folder of training pictures.</summary>
/// <param name="Path">Folder, relative to the data root.</param>
/// <param name="Share">Part of all crops taken from this folder, 0 to 1; null shares what is left by number of pixels.</param>
/// <param name="ReducedBy">Factor by which its pictures are made smaller first, 1 to 8: detail that was large is then small, and soft
/// photographs are sharp. A folder may be named more than once.</param>
/// <param name="Drawings">True if the pictures are drawings: for photo and cleanup they are kept in colour and made small as drawings are
/// (Data/OrdinaryReductions.cs).</param>
internal sealed record DataFolder(string Path, double? Share = null, double ReducedBy = 1, bool Drawings = false);

/// <summary>The configuration of a run.</summary>
internal sealed record TrainingConfig
{
    // ---- What is trained -------------------------------------------------------------------------------------------
    /// <summary>Name of the run: the folder its checkpoints and logs go to, under <see cref="Output"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Largest scale factor; the product's catalogue goes as far.</summary>
    internal const int MaxScale = 16;

    /// <summary>Scale factor d, 2 to 16.</summary>
    public required int Scale { get; init; }

    /// <summary>learned (the pair), photo or cleanup (SRNet alone), srcnn, or invertible (scales 2 and 4).</summary>
    public RunKind Kind { get; init; } = RunKind.Learned;

    /// <summary>Dense units of SRNet, 1 to 8. The pair keeps the paper's; six cost 2.3 times the arithmetic and gain 0.2 to 0.3 dB at x4
    /// (docs/training-diary.md).</summary>
    public int Units { get; init; } = NetworkTable.PaperUnits;

    /// <summary>
    /// Checkpoint to start the weights from: layers of the same name and shape are taken. One with fewer dense units will do: the last
    /// layer starts with zeros for what is new, so that the function is the same. Relative to the configuration file.
    /// </summary>
    public string? Init { get; init; }

    /// <summary>Seed of the initialisation and of every random choice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>False trains RRNet without Q-BReLU, to see what it is for; such a pair cannot be exported.</summary>
    public bool QBRelu { get; init; } = true;

    /// <summary>For photo and cleanup: part of the photographs' crops that are clean bicubic reductions, 0 to 1; the others come from the
    /// mix of OrdinaryReductions, which has more of them.</summary>
    public double CleanShare { get; init; }

    /// <summary>For srcnn: how small pictures are made: nearest, area, bilinear, bicubic or lanczos3.</summary>
    public ResamplingKernel Reduction { get; init; } = ResamplingKernel.Bicubic;

    /// <summary>For srcnn: how they are enlarged before the network: none, nearest, bilinear or bicubic.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    // ---- Data ------------------------------------------------------------------------------------------------------
    /// <summary>Folders of training pictures.</summary>
    public required IReadOnlyList<DataFolder> Data { get; init; }

    /// <summary>Folder of validation pictures. Nothing else may choose between runs; never a test set.</summary>
    public string Validation { get; init; } = "validation/kodak24";

    /// <summary>For photo and cleanup: folder of drawings that are validated beside the pictures of <see cref="Validation"/>, reduced by
    /// area; null for none.</summary>
    public string? ValidationDrawings { get; init; }

    /// <summary>Validation looks at a central square of this side, which is enough to see progress; 0 looks at whole pictures.</summary>
    public int ValidationCrop { get; init; } = 256;

    /// <summary>Crops per step. Small: updates count more than pixels.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Side of a crop in HR pixels, a multiple of the scale factor.</summary>
    public int Patch { get; init; } = 48;

    /// <summary>
    /// Places drawn for a crop, of which one is taken, the likelier the larger its error will be, and weighs the less for it (importance
    /// sampling): the mean gradient is that of 1, and its noise is smaller.
    /// </summary>
    public int Candidates { get; init; } = 1;

    /// <summary>
    /// With a frozen RRNet, whose small pictures are made once: orientations of each picture of the folder that crops are drawn from most
    /// densely; others have fewer in proportion, at least one. More keep SRNet from learning the pictures by heart, and take longer to
    /// make.
    /// </summary>
    public int Orientations { get; init; } = 1;

    // ---- Losses ----------------------------------------------------------------------------------------------------
    /// <summary>Loss of the restored picture: l1 (the paper's), l2, logMse, rmse, which learns twice as fast, or psnr, which ends a little
    /// higher (docs/training-diary.md).</summary>
    public TrainingLoss Loss { get; init; } = TrainingLoss.Rmse;

    /// <summary>For photo and cleanup, with l2 or psnr: weight of what a crop's squared error is above that of the better of bicubic and
    /// Lanczos enlargement (a hinge).</summary>
    public double HingeWeight { get; init; }

    /// <summary>
    /// For photo: factor, above 0 to 1, on the weight of crops made without antialiasing, sharpened, blurred, resampled twice or damaged.
    /// Their errors are the largest, and without it they are most of the loss, at the cost of everything else. The hinge term keeps its
    /// weight for them.
    /// </summary>
    public double UnusualWeight { get; init; } = 1;

    /// <summary>Weight of 1 - SSIM of the restored picture, beside its loss.</summary>
    public double SsimWeight { get; init; }

    /// <summary>
    /// Weight of the squared difference between the mean of RRNet's crop and of the large one. The restored picture does not care how
    /// bright the small one is, so without it brightness drifts by a level or two over a long run.
    /// </summary>
    public double BrightnessWeight { get; init; } = 10;

    /// <summary>Weight of the squared difference between RRNet's picture and the bicubic one, beside the loss of the restored
    /// picture.</summary>
    public double LowResolutionWeight { get; init; }

    /// <summary>
    /// Beside it: weight of the same squared difference where the bicubic picture is smooth, by the share of
    /// <see cref="GrainVisibility"/>. What the small picture carries is seen there as grain, and not where it has detail of its own.
    /// </summary>
    public double GrainWeight { get; init; }

    // ---- Optimiser and schedule ------------------------------------------------------------------------------------
    /// <summary>Learning rate of Muon (hidden convolutions).</summary>
    public double MuonRate { get; init; } = 0.015;

    /// <summary>
    /// Factor on Muon's rate for RRNet's hidden layers. Muon's steps are of the same length however weak the gradient is, and RRNet's
    /// is weak: at the full rate its features may turn faster than its last layer follows. 0 leaves RRNet as it is: all its small pictures
    /// are made first, and SRNet alone learns, two to three times as fast.
    /// </summary>
    public double ReducingRateFactor { get; init; } = 1;

    /// <summary>Part of the hidden convolutions' weights that each step takes away, per unit of learning rate (decoupled weight
    /// decay).</summary>
    public double WeightDecay { get; init; }

    /// <summary>Learning rate of Adam (first and last layers, biases).</summary>
    public double AdamRate { get; init; } = 5e-4;

    /// <summary>The last layer of each branch learns slower by this factor.</summary>
    public double LastLayerRateFactor { get; init; } = 0.5;

    /// <summary>Length of the run in minutes; the schedule follows the clock. Ignored where <see cref="Steps"/> is given.</summary>
    public double Minutes { get; init; } = 60;

    /// <summary>Length of the run in steps instead: the same numbers again on any machine speed.</summary>
    public long? Steps { get; init; }

    /// <summary>Steps over which the rate rises from 0.</summary>
    public int WarmupSteps { get; init; } = 200;

    /// <summary>The last part of the run, over which the rate falls linearly to 0; constant before. A run can be continued from its
    /// constant part.</summary>
    public double DecayShare { get; init; } = 0.35;

    /// <summary>Decay per step of the moving average of the weights, which is what is validated and exported.</summary>
    public double AverageDecay { get; init; } = 0.999;

    // ---- Machine ---------------------------------------------------------------------------------------------------
    /// <summary>Torch device, for example cpu or cuda.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>On the CPU: parts a batch is split into, one core each, which meet once per step. Must divide the batch. Other devices use
    /// 1.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>On a CPU with AVX-512, RRNet and SRNet are computed by the trainer's own kernels, more than twice as fast as by Torch;
    /// false leaves all to Torch.</summary>
    public bool OwnKernels { get; init; } = true;

    // ---- Files -----------------------------------------------------------------------------------------------------
    /// <summary>Folder of run folders, relative to the working directory.</summary>
    public string Output { get; init; } = "training/runs";

    /// <summary>Minutes between checkpoints.</summary>
    public double CheckpointMinutes { get; init; } = 5;

    /// <summary>Minutes between validations.</summary>
    public double ValidationMinutes { get; init; } = 3;

    // ----------------------------------------------------------------------------------------------------------------
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Reads and checks a configuration file.</summary>
    /// <exception cref="TrainerException">Missing, malformed, an unknown key, or a value out of range.</exception>
    internal static TrainingConfig Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new TrainerException($"{path}: no such configuration file.");
        }

        TrainingConfig config = Parse(File.ReadAllText(path), path);
        return config.Init is null
            ? config
            : config with
            {
                Init = Path.GetFullPath(config.Init, Path.GetDirectoryName(Path.GetFullPath(path))!),
            };
    }

    /// <summary>Reads and checks a configuration.</summary>
    internal static TrainingConfig Parse(string text, string source)
    {
        try
        {
            TrainingConfig config =
                JsonSerializer.Deserialize<TrainingConfig>(text, _json) ?? throw new TrainerException($"{source}: empty configuration.");
            config.Validate(source);
            return config;
        }
        catch (JsonException error)
        {
            throw new TrainerException($"{source}: {error.Message}", error);
        }
    }

    /// <summary>True if the small pictures are ordinary ones, made from the large by <see cref="Data.Reduction"/>.</summary>
    internal bool IsOrdinary => Kind is RunKind.Photo or RunKind.Antialiased or RunKind.Cleanup;

    /// <summary>True if the small picture is compared with the bicubic one.</summary>
    internal bool ComparesSmallPictures => LowResolutionWeight > 0 || GrainWeight > 0;

    /// <summary>True if RRNet makes the small pictures and does not learn.</summary>
    internal bool ReducingIsFrozen => Kind == RunKind.Learned && ReducingRateFactor == 0;

    /// <summary>True if the networks are computed by RsrPlugins.Trainer.Kernels; SRCNN never is.</summary>
    internal bool UsesOwnKernels =>
        OwnKernels
        && Kind != RunKind.Srcnn
        && Products.AreFast
        && new torch.Device(Device).type == DeviceType.CPU;

    /// <summary>True if Muon's updates are computed by them, too, which needs hidden layers of 64 outputs.</summary>
    internal bool UsesOwnMuon => OwnKernels && Kind != RunKind.Srcnn && Products.AreFast && new torch.Device(Device).type == DeviceType.CPU;

    /// <summary>Side of the crop the enlarging network sees.</summary>
    internal int LowSide => Kind == RunKind.Srcnn && Interpolation != Interpolation.None ? Patch : Patch / Scale;

    /// <summary>The same run with another length in minutes.</summary>
    /// <exception cref="TrainerException">Not above 0.</exception>
    internal TrainingConfig WithMinutes(double minutes)
    {
        TrainingConfig changed = this with { Minutes = minutes, Steps = null };
        changed.Validate("--minutes");
        return changed;
    }

    internal string ToJson() => JsonSerializer.Serialize(this, _json);

    private void Validate(string source)
    {
        Check(Name.Length > 0 && Name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0, "name", "a file name", Name);
        Check(Scale is >= 2 and <= MaxScale, "scale", $"2 to {MaxScale}", Scale);
        Check(Kind != RunKind.Invertible || InvertibleNetwork.Supports(Scale), "scale", "2 or 4 for an invertible network", Scale);
        Check(
            Kind != RunKind.Invertible || ReducingRateFactor == 1,
            "reducingRateFactor",
            "1 for an invertible network, which is both directions",
            ReducingRateFactor
        );
        Check(Kind != RunKind.Invertible || QBRelu, "qbRelu", "true for an invertible network", QBRelu);
        Check(Units is >= 1 and <= 8, "units", "1 to 8", Units);
        Check(Data.Count > 0, "data", "at least one folder", "none");
        Check(
            Data.Sum(folder => folder.Share ?? 0) <= 1 && Data.All(folder => folder.Share is null or (> 0 and <= 1)),
            "data",
            "shares above 0 that add up to at most 1",
            string.Join(", ", Data.Select(folder => folder.Share))
        );
        Check(
            Data.All(folder => folder.ReducedBy is >= 1 and <= 8),
            "reducedBy",
            "1 to 8",
            string.Join(", ", Data.Select(folder => folder.ReducedBy))
        );
        Check(Batch >= 1, "batch", "at least 1", Batch);
        Check(Patch >= 4 * Scale && Patch % Scale == 0, "patch", $"a multiple of {Scale}, at least {4 * Scale}", Patch);
        Check(Workers >= 1 && Batch % Workers == 0, "workers", $"a divisor of the batch ({Batch})", Workers);
        Check(ValidationCrop >= 0, "validationCrop", "0 or more", ValidationCrop);
        Check(Candidates is >= 1 and <= 64, "candidates", "1 to 64", Candidates);
        Check(Orientations is >= 1 and <= 8, "orientations", "1 to 8", Orientations);
        Check(CleanShare is >= 0 and <= 1, "cleanShare", "0 to 1", CleanShare);
        Check(HingeWeight >= 0, "hingeWeight", "0 or more", HingeWeight);
        Check(
            HingeWeight == 0 || (IsOrdinary && Loss is TrainingLoss.L2 or TrainingLoss.Psnr),
            "hingeWeight",
            "0 but for photo and cleanup with l2 or psnr",
            HingeWeight
        );
        Check(UnusualWeight is > 0 and <= 1, "unusualWeight", "above 0, at most 1", UnusualWeight);
        Check(SsimWeight >= 0, "ssimWeight", "0 or more", SsimWeight);
        Check(
            SsimWeight == 0 || Patch >= StructuralSimilarity.WindowSize,
            "patch",
            $"at least {StructuralSimilarity.WindowSize} with \"ssimWeight\"",
            Patch
        );
        Check(BrightnessWeight >= 0, "brightnessWeight", "0 or more", BrightnessWeight);
        Check(LowResolutionWeight >= 0, "lowResolutionWeight", "0 or more", LowResolutionWeight);
        Check(GrainWeight >= 0, "grainWeight", "0 or more", GrainWeight);
        Check(MuonRate > 0, "muonRate", "above 0", MuonRate);
        Check(ReducingRateFactor >= 0, "reducingRateFactor", "0 or more", ReducingRateFactor);
        Check(
            ReducingRateFactor > 0 || QBRelu || Kind != RunKind.Learned,
            "reducingRateFactor",
            "above 0 without Q-BReLU",
            ReducingRateFactor
        );
        Check(
            WeightDecay >= 0 && WeightDecay * MuonRate * Math.Max(1, ReducingRateFactor) < 1,
            "weightDecay",
            "0 or more, and below 1 when multiplied by the rate",
            WeightDecay
        );
        Check(AdamRate > 0, "adamRate", "above 0", AdamRate);
        Check(LastLayerRateFactor > 0, "lastLayerRateFactor", "above 0", LastLayerRateFactor);
        Check(Minutes > 0, "minutes", "above 0", Minutes);
        Check(Steps is null or > 0, "steps", "above 0", Steps);
        Check(WarmupSteps >= 0, "warmupSteps", "0 or more", WarmupSteps);
        Check(DecayShare is >= 0 and <= 1, "decayShare", "0 to 1", DecayShare);
        Check(AverageDecay is >= 0 and < 1, "averageDecay", "0 to below 1", AverageDecay);
        Check(CheckpointMinutes > 0, "checkpointMinutes", "above 0", CheckpointMinutes);
        Check(ValidationMinutes > 0, "validationMinutes", "above 0", ValidationMinutes);

        void Check(bool valid, string key, string expected, object? found)
        {
            if (!valid)
            {
                throw new TrainerException($"{source}: \"{key}\" must be {expected}, found {found}.");
            }
        }
    }
}
