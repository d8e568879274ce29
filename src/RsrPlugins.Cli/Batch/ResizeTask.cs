// What a resize command decides for each picture. The two verbs differ in this alone; reading, running, writing and reporting
// are the batch's.
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Batch;

/// <summary>What will be done to one picture.</summary>
/// <param name="Plan">The steps.</param>
/// <param name="Suffix">For the default name, for example "-x2".</param>
/// <param name="Record">To be written into the result, or null.</param>
/// <param name="Notes">What the user should know about the decision.</param>
/// <param name="Effort">Passes that correct what each learned step of a reduction makes.</param>
/// <param name="Steps">The steps in words, where the plan's own are not right.</param>
internal sealed record ResizeDecision(ResizePlan Plan, string Suffix, DownscaleRecord? Record, IReadOnlyList<string> Notes, int Effort = 0, string? Steps = null);

/// <summary>Decides from a picture's header alone, before any work.</summary>
internal delegate ResizeDecision ResizeDecider(PictureHeader header);
