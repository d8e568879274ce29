// Every table and figure of the paper that can be measured is an experiment: one class, one name on the command line, one
// section of docs/paper.md, which the experiment writes itself; so is the benchmark of docs/ordinary.md. Nobody types a figure there.
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>One table or figure of the paper, run again.</summary>
internal interface IExperiment
{
    /// <summary>Its name on the command line and in docs/paper.md, for example "table1".</summary>
    string Name { get; }

    /// <summary>One line for the help.</summary>
    string Summary { get; }

    /// <summary>The document its section stands in.</summary>
    string Document => "docs/paper.md";

    /// <summary>Whether it looks at fewer cases when <see cref="ExperimentContext.IsQuick"/> is set.</summary>
    bool HasQuickForm => false;

    /// <summary>Measures, writes pictures through <see cref="ExperimentContext.PicturePath"/>, and returns its section (Markdown without a
    /// heading).</summary>
    /// <exception cref="TrainerException">Something it needs is missing.</exception>
    string Run(ExperimentContext context);
}

/// <summary>What an experiment works with.</summary>
/// <param name="Data">Folder of picture folders; null is allowed in a smoke run, which draws its own pictures.</param>
/// <param name="Models">Folder of models.json and the ONNX files.</param>
/// <param name="Training">Folder of training configurations, checkpoints and baselines ("training").</param>
/// <param name="Pictures">Folder the experiment's plots and sheets go to.</param>
/// <param name="Sheets">Folder for sheets of other people's pictures, which do not belong in the repository.</param>
/// <param name="Samples">Folder of the project's own pictures ("samples").</param>
/// <param name="PictureLink">That folder as the document names it, for example "paper".</param>
/// <param name="IsSmoke">Drawn pictures and the shortest possible training: shows in under a minute that all of it runs; its figures mean
/// nothing.</param>
/// <param name="Log">Receives a line whenever a part is done.</param>
/// <param name="CancellationToken">Stops between parts; trainings keep a checkpoint.</param>
internal sealed record ExperimentContext(
    string? Data,
    string Models,
    string Training,
    string Pictures,
    string Sheets,
    string Samples,
    string PictureLink,
    bool IsSmoke,
    Action<string> Log,
    CancellationToken CancellationToken
)
{
    /// <summary>Fewer cases, to compare models with one another; printed and not written.</summary>
    internal bool IsQuick { get; init; }

    /// <summary>This scale alone; null for all.</summary>
    internal int? Scale { get; init; }

    /// <summary>Options handed on to `rsr upscale`, for experiments that call it.</summary>
    internal IReadOnlyList<string> UpscaleOptions { get; init; } = [];

    /// <summary>A test set such as "set5", cropped for a scale; drawn pictures in a smoke run.</summary>
    internal IReadOnlyList<TestPicture> TestSet(string name, int scale) =>
        IsSmoke ? DrawnPictures.TestSet(scale) : TestPicture.LoadSet(RequireData(), "test/" + name, scale);

    /// <summary>Luma pictures of a folder such as "train/t91"; drawn pictures in a smoke run.</summary>
    internal IReadOnlyList<LumaImage> Pictures8(string folder) =>
        IsSmoke ? DrawnPictures.Luma() : LumaImage.LoadFolder(Path.Combine(RequireData(), folder));

    internal string RequireData() =>
        Data
        ?? throw new TrainerException("Where are the pictures? Give their folder with --data or in the environment variable RSR_DATA.");

    /// <summary>The pictures sheets in the document show: the project's own.</summary>
    internal IReadOnlyList<TestPicture> OwnPictures(int scale) =>
        IsSmoke
            ? DrawnPictures.TestSet(scale)
            : [TestPicture.Load(Path.Combine(Samples, "harbour.png"), scale), DrawnPictures.TestSet(scale)[0]];

    /// <summary>Where a picture of the document goes.</summary>
    internal string PicturePath(string file) => PathIn(Pictures, file);

    /// <summary>Where a sheet of other people's pictures goes.</summary>
    internal string SheetPath(string file) => PathIn(Sheets, file);

    /// <summary>Markdown that shows a picture of the document.</summary>
    internal string ShowPicture(string file, string description) => $"![{description}]({PictureLink}/{file})";

    private static string PathIn(string folder, string file)
    {
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, file);
    }
}
